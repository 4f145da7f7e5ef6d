import Conformance
import Glibc
import Testing

@Suite("The colours of the report's page")
struct PageContrastTests {
  /// The page's own style sheet.
  private let style: Substring

  init() throws {
    let html = ConformanceReport([], of: [], shard: nil, via: SwiftDriver()).html
    style = try #require(html.firstMatch(of: /<style>((?s).*?)<\/style>/)).output.1
  }

  /// The colours by their names: of the light page, and of the dark one.
  private var schemes: [[String: Colour]] {
    style.matches(of: /:root \{((?s).*?)\}/).map { block in
      Dictionary(
        uniqueKeysWithValues: block.output.1.matches(of: /--([a-z]+): #([0-9a-f]{6});/).map {
          (String($0.output.1), Colour(hexadecimal: $0.output.2))
        })
    }
  }

  /// The names of the colours that a property is given anywhere on the page.
  private func names(_ property: String) throws -> Set<String> {
    let pattern = try Regex(
      "[ ;{]\(property): var\\(--([a-z]+)\\)", as: (Substring, Substring).self)
    return Set(style.matches(of: pattern).map { String($0.output.1) })
  }

  @Test("All text stands out from all grounds by 4.5 to 1, on the light page and on the dark one")
  func contrast() throws {
    let (texts, grounds) = (try names("color"), try names("background"))
    #expect(texts.isSuperset(of: ["text", "quiet", "documented", "failed"]))
    #expect(grounds == ["ground", "panel"])
    #expect(schemes.count == 2)
    for scheme in schemes {
      for text in texts {
        for ground in grounds {
          let (front, back) = (try #require(scheme[text]), try #require(scheme[ground]))
          let contrast = front.contrast(with: back)
          #expect(contrast >= 4.5, "\(text) on \(ground): \(contrast) to 1")
        }
      }
    }
  }

  @Test("No colour but the named ones is used")
  func named() {
    let literals = style.matches(of: /#[0-9a-fA-F]{3,8}\b/).count
    #expect(literals == schemes.map(\.count).reduce(0, +))
    let used = style.matches(of: /[ ;{](?:color|background): (var\(--|[^ ;]+)/).map(\.output.1)
    #expect(Set(used).subtracting(["var(--", "inherit", "none"]) == [])
  }

  @Test("The measure is that of the Web's guidelines")
  func measure() {
    let (black, white) = (Colour(hexadecimal: "000000"), Colour(hexadecimal: "ffffff"))
    #expect(abs(black.contrast(with: white) - 21) < 1e-9)
    // The lightest grey that passes on white, and the next.
    #expect(Colour(hexadecimal: "767676").contrast(with: white) >= 4.5)
    #expect(white.contrast(with: Colour(hexadecimal: "777777")) < 4.5)
  }
}

/// A colour of sRGB, and how it stands out from another by WCAG 2.
private struct Colour {
  /// Relative luminance: 0 is black, 1 is white.
  let luminance: Double

  /// - Parameter hexadecimal: Six digits.
  init(hexadecimal: Substring) {
    let value = Int(hexadecimal, radix: 16) ?? 0
    let parts = [16, 8, 0].map { Self.linear(Double(value >> $0 & 255) / 255) }
    luminance = zip([0.2126, 0.7152, 0.0722], parts).map { $0 * $1 }.reduce(0, +)
  }

  private static func linear(_ part: Double) -> Double {
    part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
  }

  func contrast(with other: Colour) -> Double {
    let (bright, dark) = (max(luminance, other.luminance), min(luminance, other.luminance))
    return (bright + 0.05) / (dark + 0.05)
  }
}
