import ModuleProfiles
import Testing

@Suite struct NearestTests {
  static let words = ["record", "gain", "EC600N", "EC600U", "amrEncDtx_enable", "on"]

  @Test(
    "The nearest word is found across a wrong, missing, extra or swapped letter and case",
    arguments: [
      ("recrod", "record"), ("recor", "record"), ("recordd", "record"), ("gian", "gain"),
      ("ec600m", "EC600N"), ("EC600", "EC600N"), ("amrEncDTXenable", "amrEncDtx_enable"),
      ("RECORD", "record"), ("no", "on"), ("om", "on"),
    ])
  func finds(word: String, expected: String) {
    #expect(nearest(word, in: Self.words) == expected)
  }

  @Test(
    "A word that is not close to any, or is one of them, has no nearest",
    arguments: [
      "", "x", "banana", "gaiter", "record", "on", String(repeating: "a", count: 100_000),
    ])
  func findsNothing(word: String) {
    #expect(nearest(word, in: Self.words) == nil)
  }
}
