// The plugin exports nothing to Swift: alsa-lib loads it by path and finds its entry by name.
#pragma once
