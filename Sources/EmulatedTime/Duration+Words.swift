extension Duration {
  /// The seconds in it, without needless digits.
  package var inSeconds: String {
    let text = "\(self / .seconds(1))"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The seconds in it to a thousandth, without needless digits.
  package var inRoundSeconds: String {
    Duration.milliseconds(Int((self / .milliseconds(1)).rounded())).inSeconds
  }
}
