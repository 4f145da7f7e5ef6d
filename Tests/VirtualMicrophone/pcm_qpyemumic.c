// A microphone that needs no sound card: an ALSA external plugin for the tests.
//
//   pcm_type.qpyemumic { lib "/PATH/libasound_module_pcm_qpyemumic.so" }
//   pcm.NAME { type qpyemumic  OPTION VALUE ... }
//
// What it holds. Frame n of the device's life always has the same content, whoever reads it and
// however often:
//   freq HZ         a tone, amplitude 16000 (default: 440)
//   pattern ramp    1 + n % 30000, so that a sample tells its position and is never silence
//   pattern hash    a different 15-bit number for (nearly) every n
//   pattern zeros   silence
//   infile PATH     raw mono S16_LE, looped, held in memory
// Channel c of C has 100 * (2c - (C - 1)) added to it, so the mean of the channels is the content.
//
// What it accepts:
//   rates [ N ... ]  only these frames per second (default: 4000 to 192000)
//   channels N       only this many channels (default: 1 or 2)
//   format NAME      only this sample format (default: S16_LE)
//
// How fast it runs, by the monotonic clock:
//   speed N         N times real time (default: 1)
//   eager BOOL      poll always says that there are frames, as PipeWire's plugin does
//
// What befalls it, each once, when all frames before frame N of its life have been read:
//   xrun_at N       poll says nothing for a buffer's length, so that the buffer overruns
//   suspend_at N    poll says nothing for a buffer's length; then it is suspended, resume fails and
//                   it must be prepared and started again
//   resumable BOOL  with suspend_at: resume succeeds
//   nodev_at N      it is unplugged, for good; frame N never comes
//   stall_at N      frame N never comes and no error is reported, as when a sound server stops
//
// Time goes on while it overruns or sleeps: started again, it is at the frame that the clock says.

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum content { TONE, RAMP, HASH, ZEROS, LOOP };
enum fault_kind { XRUN, SUSPEND, NODEV, STALL, FAULT_KINDS };

#define NEVER UINT64_MAX
#define MAX_RATES 16

struct mic {
  snd_pcm_ioplug_t io;
  enum content content;
  double freq;
  int16_t *loop;
  size_t loop_frames;
  unsigned int rates[MAX_RATES];
  unsigned int rate_count;
  unsigned int channels;
  snd_pcm_format_t format;
  uint64_t speed;
  bool resumable;
  bool eager;
  uint64_t fault_at[FAULT_KINDS];

  uint64_t origin;  // Nanoseconds on the clock at frame 0 of its life; 0 before the first start.
  uint64_t base;    // Frame of its life at which the stream was last started.
  snd_pcm_uframes_t avail_min;
};

// The clock

static uint64_t clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t frames_a_second(const struct mic *mic) { return mic->io.rate * mic->speed; }

static uint64_t frame_now(const struct mic *mic) {
  unsigned __int128 elapsed = clock_now() - mic->origin;
  return (uint64_t)(elapsed * frames_a_second(mic) / 1000000000);
}

// The first nanosecond at which frame_now() is at least `frame`.
static uint64_t time_of(const struct mic *mic, uint64_t frame) {
  uint64_t rate = frames_a_second(mic);
  return mic->origin + (uint64_t)(((unsigned __int128)frame * 1000000000 + rate - 1) / rate);
}

// Faults

static enum fault_kind next_fault(const struct mic *mic) {
  enum fault_kind next = XRUN;
  for (int kind = 0; kind < FAULT_KINDS; kind++)
    if (mic->fault_at[kind] < mic->fault_at[next]) next = kind;
  return next;
}

static uint64_t read_end(const struct mic *mic) { return mic->base + mic->io.appl_ptr; }

static uint64_t readable_end(const struct mic *mic) {
  enum fault_kind kind = next_fault(mic);
  uint64_t now = frame_now(mic), fault = mic->fault_at[kind];
  bool last = kind == NODEV || kind == STALL;
  return last && fault < now ? fault : now;
}

// The frame at which a fault shows to a reader who has read all before it.
static uint64_t fault_shows_at(
    const struct mic *mic, enum fault_kind kind, uint64_t read_end) {
  if (kind == STALL) return NEVER;
  return read_end + 1 + (kind == NODEV ? 0 : mic->io.buffer_size);
}

static void let_faults_happen(struct mic *mic) {
  enum fault_kind kind = next_fault(mic);
  if (mic->io.state != SND_PCM_STATE_RUNNING) return;
  if (read_end(mic) < mic->fault_at[kind]) return;
  if (frame_now(mic) < fault_shows_at(mic, kind, read_end(mic))) return;
  static const snd_pcm_state_t states[] = {
      [XRUN] = SND_PCM_STATE_XRUN,
      [SUSPEND] = SND_PCM_STATE_SUSPENDED,
      [NODEV] = SND_PCM_STATE_DISCONNECTED,
  };
  snd_pcm_ioplug_set_state(&mic->io, states[kind]);
  mic->fault_at[kind] = NEVER;
}

// Waking the reader: the poll descriptor is a timer, set to when the next frames are due

static void set_timer(struct mic *mic, uint64_t when) {
  struct itimerspec timer = {
      .it_value = {.tv_sec = (time_t)(when / 1000000000), .tv_nsec = (long)(when % 1000000000)}};
  timerfd_settime(mic->io.poll_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

static void wake_when_due(struct mic *mic, uint64_t read_end) {
  enum fault_kind kind = next_fault(mic);
  uint64_t due = read_end + mic->avail_min, fault = mic->fault_at[kind];
  if (due > fault) due = read_end < fault ? fault : fault_shows_at(mic, kind, read_end);
  set_timer(mic, mic->eager ? 1 : due == NEVER ? 0 : time_of(mic, due));
}

static int mic_poll_revents(
    snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int nfds, unsigned short *revents) {
  struct mic *mic = io->private_data;
  (void)pfd, (void)nfds;
  let_faults_happen(mic);
  if (io->state != SND_PCM_STATE_RUNNING) {
    *revents = io->state == SND_PCM_STATE_PREPARED ? 0 : POLLIN | POLLERR;
    return 0;
  }
  uint64_t start = read_end(mic), end = readable_end(mic);
  uint64_t fault = mic->fault_at[next_fault(mic)];
  bool due = start < fault && (end - start >= mic->avail_min || end >= fault);
  *revents = due || mic->eager ? POLLIN : 0;
  if (*revents == 0) wake_when_due(mic, read_end(mic));
  return 0;
}

// Content

static int16_t content_at(const struct mic *mic, uint64_t frame) {
  switch (mic->content) {
    case TONE: {
      double cycles = fmod(mic->freq * (double)frame, mic->io.rate) / mic->io.rate;
      return (int16_t)lrint(16000 * sin(2 * M_PI * cycles));
    }
    case RAMP: return (int16_t)(1 + frame % 30000);
    case HASH: return (int16_t)((uint32_t)frame * 2654435761u >> 16) / 2;
    case ZEROS: return 0;
    case LOOP: return mic->loop[frame % mic->loop_frames];
  }
  return 0;
}

static void store(uint8_t *to, snd_pcm_format_t format, int16_t sample) {
  uint32_t wide = (uint32_t)(uint16_t)sample << 16;
  float real = sample / 32768.0f;
  switch (format) {
    case SND_PCM_FORMAT_U8: *to = (uint8_t)((sample >> 8) + 128); break;
    case SND_PCM_FORMAT_S24_3LE: memcpy(to, (uint8_t *)&wide + 1, 3); break;
    case SND_PCM_FORMAT_S24_LE: wide = (uint32_t)((int32_t)wide >> 8); memcpy(to, &wide, 4); break;
    case SND_PCM_FORMAT_S32_LE: memcpy(to, &wide, 4); break;
    case SND_PCM_FORMAT_FLOAT_LE: memcpy(to, &real, 4); break;
    default: memcpy(to, &sample, 2); break;
  }
}

// The stream

static int mic_start(snd_pcm_ioplug_t *io) {
  struct mic *mic = io->private_data;
  if (mic->origin == 0)
    mic->origin = clock_now();
  else
    mic->base = frame_now(mic);
  wake_when_due(mic, mic->base);
  return 0;
}

static int mic_stop(snd_pcm_ioplug_t *io) {
  set_timer(io->private_data, 0);
  return 0;
}

static int mic_resume(snd_pcm_ioplug_t *io) {
  struct mic *mic = io->private_data;
  if (!mic->resumable) return -ENOSYS;
  mic->base = frame_now(mic) - io->hw_ptr;
  snd_pcm_ioplug_set_state(io, SND_PCM_STATE_RUNNING);
  wake_when_due(mic, read_end(mic));
  return 0;
}

static snd_pcm_sframes_t mic_pointer(snd_pcm_ioplug_t *io) {
  struct mic *mic = io->private_data;
  let_faults_happen(mic);
  if (io->state == SND_PCM_STATE_XRUN) return -EPIPE;
  if (io->state != SND_PCM_STATE_RUNNING) return (snd_pcm_sframes_t)io->hw_ptr;
  uint64_t end = readable_end(mic);
  if (end - read_end(mic) > io->buffer_size) return -EPIPE;
  return (snd_pcm_sframes_t)(end - mic->base);
}

static snd_pcm_sframes_t mic_transfer(
    snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
    snd_pcm_uframes_t size) {
  struct mic *mic = io->private_data;
  uint64_t first = read_end(mic);
  for (snd_pcm_uframes_t i = 0; i < size; i++) {
    int16_t mean = content_at(mic, first + i);
    for (unsigned int c = 0; c < io->channels; c++) {
      size_t bit = areas[c].first + (offset + i) * areas[c].step;
      int16_t sample = (int16_t)(mean + 100 * (2 * (int)c - ((int)io->channels - 1)));
      store((uint8_t *)areas[c].addr + bit / 8, io->format, sample);
    }
  }
  // A reader of the mapped buffer is asked for nothing, so its timer is set when it polls.
  bool mapped = io->access != SND_PCM_ACCESS_RW_INTERLEAVED &&
                io->access != SND_PCM_ACCESS_RW_NONINTERLEAVED;
  if (!mapped) wake_when_due(mic, first + size);
  return (snd_pcm_sframes_t)size;
}

static int mic_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params) {
  struct mic *mic = io->private_data;
  return snd_pcm_sw_params_get_avail_min(params, &mic->avail_min);
}

static int mic_close(snd_pcm_ioplug_t *io) {
  struct mic *mic = io->private_data;
  close(io->poll_fd);
  free(mic->loop);
  free(mic);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = mic_start,
    .stop = mic_stop,
    .pointer = mic_pointer,
    .transfer = mic_transfer,
    .close = mic_close,
    .sw_params = mic_sw_params,
    .resume = mic_resume,
    .poll_revents = mic_poll_revents,
};

// Options

static int load_loop(struct mic *mic, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return -errno;
  int error = fseek(file, 0, SEEK_END) ? -errno : 0;
  long bytes = error ? 0 : ftell(file);
  rewind(file);
  mic->loop_frames = bytes > 0 ? (size_t)bytes / 2 : 0;
  mic->loop = mic->loop_frames ? malloc(mic->loop_frames * 2) : NULL;
  if (!error && !mic->loop) error = -EINVAL;
  if (!error && fread(mic->loop, 2, mic->loop_frames, file) != mic->loop_frames) error = -EIO;
  fclose(file);
  mic->content = LOOP;
  return error;
}

static int set_rates(struct mic *mic, snd_config_t *list) {
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, list) {
    long rate;
    if (mic->rate_count == MAX_RATES) return -EINVAL;
    if (snd_config_get_integer(snd_config_iterator_entry(i), &rate) < 0) return -EINVAL;
    mic->rates[mic->rate_count++] = (unsigned int)rate;
  }
  return 0;
}

static int set_pattern(struct mic *mic, const char *name) {
  static const struct { const char *name; enum content content; } patterns[] = {
      {"ramp", RAMP}, {"hash", HASH}, {"zeros", ZEROS}};
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
    if (!strcmp(name, patterns[i].name)) return mic->content = patterns[i].content, 0;
  return -EINVAL;
}

static int set_fault(struct mic *mic, const char *id, long frame) {
  static const char *const ids[] = {
      [XRUN] = "xrun_at", [SUSPEND] = "suspend_at", [NODEV] = "nodev_at", [STALL] = "stall_at"};
  for (int kind = 0; kind < FAULT_KINDS; kind++)
    if (!strcmp(id, ids[kind])) return mic->fault_at[kind] = (uint64_t)frame, 0;
  return -EINVAL;
}

static int set_flag(bool *flag, snd_config_t *value) {
  int truth = snd_config_get_bool(value);
  *flag = truth > 0;
  return truth < 0 ? truth : 0;
}

static int set_option(struct mic *mic, const char *id, snd_config_t *value) {
  const char *text = "";
  long number = 0;
  if (!strcmp(id, "comment") || !strcmp(id, "type") || !strcmp(id, "hint")) return 0;
  if (!strcmp(id, "rates")) return set_rates(mic, value);
  if (!strcmp(id, "resumable")) return set_flag(&mic->resumable, value);
  if (!strcmp(id, "eager")) return set_flag(&mic->eager, value);
  if (snd_config_get_string(value, &text) >= 0) {
    if (!strcmp(id, "pattern")) return set_pattern(mic, text);
    if (!strcmp(id, "infile")) return load_loop(mic, text);
    if (strcmp(id, "format")) return -EINVAL;
    mic->format = snd_pcm_format_value(text);
    return mic->format == SND_PCM_FORMAT_UNKNOWN ? -EINVAL : 0;
  }
  if (snd_config_get_integer(value, &number) < 0 || number < 0) return -EINVAL;
  if (!strcmp(id, "freq")) return mic->freq = (double)number, 0;
  if (!strcmp(id, "channels")) return mic->channels = (unsigned int)number, 0;
  if (!strcmp(id, "speed")) return mic->speed = (uint64_t)number, number ? 0 : -EINVAL;
  return set_fault(mic, id, number);
}

static int constrain(struct mic *mic) {
  snd_pcm_ioplug_t *io = &mic->io;
  unsigned int access[] = {
      SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
      SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED};
  unsigned int format = (unsigned int)mic->format;
  unsigned int least = mic->channels ? mic->channels : 1, most = mic->channels ? mic->channels : 2;
  int error = 0;
  if (!error) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 4, access);
  if (!error) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
  if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, least, most);
  if (!error)
    error = mic->rate_count ? snd_pcm_ioplug_set_param_list(
                                  io, SND_PCM_IOPLUG_HW_RATE, mic->rate_count, mic->rates)
                            : snd_pcm_ioplug_set_param_minmax(
                                  io, SND_PCM_IOPLUG_HW_RATE, 4000, 192000);
  if (!error)
    error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 32, 1 << 20);
  if (!error)
    error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 64, 4 << 20);
  if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 1024);
  return error;
}

SND_PCM_PLUGIN_DEFINE_FUNC(qpyemumic) {
  snd_config_iterator_t i, next;
  (void)root;
  if (stream != SND_PCM_STREAM_CAPTURE) return -EINVAL;
  struct mic *mic = calloc(1, sizeof *mic);
  if (!mic) return -ENOMEM;
  mic->freq = 440;
  mic->format = SND_PCM_FORMAT_S16_LE;
  mic->speed = 1;
  mic->avail_min = 1;
  for (int kind = 0; kind < FAULT_KINDS; kind++) mic->fault_at[kind] = NEVER;

  int error = 0;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *id;
    if (error || snd_config_get_id(entry, &id) < 0) continue;
    error = set_option(mic, id, entry);
    if (error) SNDERR("qpyemumic: bad value or unknown option %s", id);
  }
  if (!error) {
    mic->io.version = SND_PCM_IOPLUG_VERSION;
    mic->io.name = "qpyemu virtual microphone";
    mic->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    mic->io.callback = &callbacks;
    mic->io.private_data = mic;
    mic->io.poll_events = POLLIN;
    mic->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    error = mic->io.poll_fd < 0 ? -errno : snd_pcm_ioplug_create(&mic->io, name, stream, mode);
  }
  if (error) {
    if (mic->io.poll_fd > 0) close(mic->io.poll_fd);
    free(mic->loop);
    free(mic);
    return error;
  }
  error = constrain(mic);
  if (error) {
    snd_pcm_ioplug_delete(&mic->io);  // Calls mic_close.
    return error;
  }
  *pcmp = mic->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_SYMBOL(qpyemumic);
