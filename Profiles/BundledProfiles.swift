/// The profile files compiled into the program, by name.
package let bundledProfiles: KeyValuePairs<String, [UInt8]> = [
  "ASR1603": PackageResources.ASR1603_json,
  "ASR1606": PackageResources.ASR1606_json,
  "EC200U": PackageResources.EC200U_json,
  "EC600M": PackageResources.EC600M_json,
  "EC600N": PackageResources.EC600N_json,
  "EC600U": PackageResources.EC600U_json,
  "EC800M": PackageResources.EC800M_json,
  "EC800N": PackageResources.EC800N_json,
  "EG912N": PackageResources.EG912N_json,
  "EG912U": PackageResources.EG912U_json,
  "EG915N": PackageResources.EG915N_json,
  "EG915U": PackageResources.EG915U_json,
  "QuecPython": PackageResources.QuecPython_json,
  "Unisoc8910": PackageResources.Unisoc8910_json,
]

/// What the vendor documents of each module, compiled in likewise.
package let bundledReference: [UInt8] = PackageResources.DocumentedModules_json
