// A loudspeaker that needs no sound card, the counterpart of pcm_qpyemumic.c in the same library:
//
//   pcm_type.qpyemuspeaker { lib "/PATH/libasound_module_pcm_qpyemumic.so" }
//   pcm.NAME { type qpyemuspeaker  file "PATH" }
//
// It plays mono S16_LE at the pace of the monotonic clock, and underruns. The file holds what would be
// heard, at its place in time from the first start on: where nothing was played there are zeros.

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct speaker {
  snd_pcm_ioplug_t io;
  int file;
  uint64_t origin;  // Nanoseconds on the clock at the first start; 0 before it.
  uint64_t base;    // Frame since then at which the stream was last started.
  snd_pcm_uframes_t avail_min;
};

static uint64_t clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t frame_now(const struct speaker *speaker) {
  unsigned __int128 elapsed = clock_now() - speaker->origin;
  return (uint64_t)(elapsed * speaker->io.rate / 1000000000);
}

// Wakes the writer when there is room for as much as it waits for.
static void wake_when_due(struct speaker *speaker) {
  snd_pcm_ioplug_t *io = &speaker->io;
  uint64_t end = speaker->base + io->appl_ptr + speaker->avail_min;
  uint64_t due = end > io->buffer_size ? end - io->buffer_size : 0;
  uint64_t when =
      speaker->origin + (uint64_t)(((unsigned __int128)due * 1000000000 + io->rate - 1) / io->rate);
  struct itimerspec timer = {
      .it_value = {.tv_sec = (time_t)(when / 1000000000), .tv_nsec = (long)(when % 1000000000)}};
  timerfd_settime(io->poll_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

static int speaker_start(snd_pcm_ioplug_t *io) {
  struct speaker *speaker = io->private_data;
  if (speaker->origin == 0) speaker->origin = clock_now();
  speaker->base = frame_now(speaker);
  wake_when_due(speaker);
  return 0;
}

static int speaker_stop(snd_pcm_ioplug_t *io) {
  (void)io;
  return 0;
}

static snd_pcm_sframes_t speaker_pointer(snd_pcm_ioplug_t *io) {
  struct speaker *speaker = io->private_data;
  if (io->state == SND_PCM_STATE_XRUN) return -EPIPE;
  if (io->state != SND_PCM_STATE_RUNNING && io->state != SND_PCM_STATE_DRAINING)
    return (snd_pcm_sframes_t)io->hw_ptr;
  uint64_t played = frame_now(speaker) - speaker->base;
  if (played <= io->appl_ptr) return (snd_pcm_sframes_t)played;
  return io->state == SND_PCM_STATE_DRAINING ? (snd_pcm_sframes_t)io->appl_ptr : -EPIPE;
}

static int speaker_poll_revents(
    snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int nfds, unsigned short *revents) {
  struct speaker *speaker = io->private_data;
  (void)pfd, (void)nfds;
  snd_pcm_sframes_t played = speaker_pointer(io);
  if (played < 0) {
    *revents = POLLOUT | POLLERR;
    return 0;
  }
  uint64_t waiting = io->appl_ptr - (uint64_t)played;
  bool ready = waiting + speaker->avail_min <= io->buffer_size;
  *revents = ready ? POLLOUT : 0;
  if (!ready) wake_when_due(speaker);
  return 0;
}

static snd_pcm_sframes_t speaker_transfer(
    snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
    snd_pcm_uframes_t size) {
  struct speaker *speaker = io->private_data;
  const uint8_t *frames = (const uint8_t *)areas->addr + (areas->first + offset * areas->step) / 8;
  // Before the stream starts, its place is where it would start now.
  bool runs = io->state == SND_PCM_STATE_RUNNING || io->state == SND_PCM_STATE_DRAINING;
  if (!runs && io->appl_ptr == 0) speaker->base = speaker->origin ? frame_now(speaker) : 0;
  off_t place = (off_t)(2 * (speaker->base + io->appl_ptr));
  if (pwrite(speaker->file, frames, 2 * size, place) < 0) return -errno;
  if (runs) wake_when_due(speaker);
  return (snd_pcm_sframes_t)size;
}

static int speaker_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params) {
  struct speaker *speaker = io->private_data;
  return snd_pcm_sw_params_get_avail_min(params, &speaker->avail_min);
}

static int speaker_close(snd_pcm_ioplug_t *io) {
  struct speaker *speaker = io->private_data;
  close(io->poll_fd);
  close(speaker->file);
  free(speaker);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = speaker_start,
    .stop = speaker_stop,
    .pointer = speaker_pointer,
    .transfer = speaker_transfer,
    .close = speaker_close,
    .sw_params = speaker_sw_params,
    .poll_revents = speaker_poll_revents,
};

static int constrain(snd_pcm_ioplug_t *io) {
  unsigned int access[] = {SND_PCM_ACCESS_RW_INTERLEAVED};
  unsigned int format[] = {SND_PCM_FORMAT_S16_LE};
  int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, access);
  if (!error) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
  if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 1);
  if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, 4000, 192000);
  if (!error)
    error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 32, 1 << 20);
  if (!error)
    error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 64, 4 << 20);
  if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 1024);
  return error;
}

SND_PCM_PLUGIN_DEFINE_FUNC(qpyemuspeaker) {
  snd_config_iterator_t i, next;
  const char *path = NULL;
  (void)root;
  if (stream != SND_PCM_STREAM_PLAYBACK) return -EINVAL;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *id;
    if (snd_config_get_id(entry, &id) == 0 && !strcmp(id, "file"))
      snd_config_get_string(entry, &path);
  }
  int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
  if (file < 0) return -EINVAL;
  struct speaker *speaker = calloc(1, sizeof *speaker);
  if (!speaker) {
    close(file);
    return -ENOMEM;
  }
  speaker->file = file;
  speaker->avail_min = 1;
  speaker->io.version = SND_PCM_IOPLUG_VERSION;
  speaker->io.name = "qpyemu virtual loudspeaker";
  speaker->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
  speaker->io.callback = &callbacks;
  speaker->io.private_data = speaker;
  speaker->io.poll_events = POLLIN;
  speaker->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  int error = speaker->io.poll_fd < 0 ? -errno
                                      : snd_pcm_ioplug_create(&speaker->io, name, stream, mode);
  if (error) {
    if (speaker->io.poll_fd >= 0) close(speaker->io.poll_fd);
    close(file);
    free(speaker);
    return error;
  }
  error = constrain(&speaker->io);
  if (error) {
    snd_pcm_ioplug_delete(&speaker->io);  // Calls speaker_close.
    return error;
  }
  *pcmp = speaker->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_SYMBOL(qpyemuspeaker);
