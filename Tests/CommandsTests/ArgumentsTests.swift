import Testing

@testable import Commands

struct ArgumentsTests {
  @Test("An unknown option is refused with the nearest one")
  func unknownOption() throws {
    var arguments = Arguments(["--profle", "EC600N"])
    _ = try arguments.option("--profile")
    #expect(throws: UsageError("there is no option --profle; did you mean --profile?")) {
      try arguments.finish()
    }
  }

  @Test("An option's value follows it or stands behind an equals sign")
  func values() throws {
    var arguments = Arguments(["a.py", "--seed", "7", "--policy=observed"])
    #expect(try arguments.option("--seed") == "7")
    #expect(try arguments.option("--policy") == "observed")
    #expect(try arguments.positional("script") == "a.py")
    try arguments.finish()
  }

  @Test("An option without its value, and one given twice, are refused by name")
  func broken() throws {
    var last = Arguments(["--seed"])
    #expect(throws: UsageError("--seed needs a value")) { try last.option("--seed") }
    var twice = Arguments(["--seed", "1", "--seed", "2"])
    _ = try twice.option("--seed")
    #expect(throws: UsageError("--seed is given twice")) { try twice.finish() }
  }

  @Test("An option that is followed by another has no value, unless an equals sign gives it one")
  func optionAsValue() throws {
    var arguments = Arguments(["--profile", "--seed", "1"])
    #expect(throws: UsageError("--profile needs a value")) { try arguments.option("--profile") }
    var joined = Arguments(["--export=--odd"])
    #expect(try joined.option("--export") == "--odd")
  }
}
