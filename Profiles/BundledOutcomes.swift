/// The outcome tables compiled into the program, in the order of reports.
package let bundledOutcomes: KeyValuePairs<String, [UInt8]> = [
  "Profiles/outcomes/Record.json": PackageResources.Record_json,
  "Profiles/outcomes/Audio.json": PackageResources.Audio_json,
  "Profiles/outcomes/TTS.json": PackageResources.TTS_json,
]

/// The cases that bring the rows of the outcome tables about, compiled in likewise.
package let bundledCases: KeyValuePairs<String, [UInt8]> = [
  "Profiles/cases/RecordCases.json": PackageResources.RecordCases_json,
  "Profiles/cases/AudioCases.json": PackageResources.AudioCases_json,
  "Profiles/cases/TTSCases.json": PackageResources.TTSCases_json,
]
