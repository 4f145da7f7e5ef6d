let file = PackageResources.EC600N_json
