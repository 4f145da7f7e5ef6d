/// The outcome tables compiled into the program, by class.
package let bundledOutcomes: KeyValuePairs<String, [UInt8]> = [
  "Profiles/outcomes/Audio.json": PackageResources.Audio_json,
  "Profiles/outcomes/Record.json": PackageResources.Record_json,
  "Profiles/outcomes/TTS.json": PackageResources.TTS_json,
]
