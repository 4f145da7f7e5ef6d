#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
