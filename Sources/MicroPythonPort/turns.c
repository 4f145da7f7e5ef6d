// Device time, and how many steps the thread may go before something is due.
#include <signal.h>
#include "port.h"
#include "py/mphal.h"

long port_budget;          // Steps left; the interpreter counts it down.
static long granted;       // What it was counted down from.
static uint64_t steps;     // Since the last answer, before that.
static uint64_t base;      // The device's word for the time, `steps` before now.
static uint64_t alarm_at = WIRE_NEVER;
static long turn_left;
static volatile sig_atomic_t attention;

static void fold(void) {
  long taken = granted - port_budget;
  steps += taken;
  turn_left -= taken;
  granted = port_budget = 0;
}

static void grant(void) {
  uint64_t now = turns_now();
  long next = turn_left > 0 ? turn_left : 0;
  if (alarm_at != WIRE_NEVER) {
    uint64_t until = alarm_at <= now ? 0 : (alarm_at - now + port_device.step - 1) / port_device.step;
    if (until < (uint64_t)next) next = until;
  }
  granted = port_budget = next;
}

uint64_t turns_now(void) { return base + (steps + granted - port_budget) * port_device.step; }

// The steps that the device does not know of yet; it will, from the request that they go into.
uint64_t turns_take_steps(void) {
  fold();
  uint64_t taken = steps;
  base += taken * port_device.step;
  steps = 0;
  return taken;
}

void turns_settle(uint64_t now, uint64_t alarm) {
  fold();
  base = now;
  alarm_at = alarm;
  grant();
}

void turns_begin(void) {
  turn_left = port_device.turn;
  grant();
}

static void noticed(int number) { attention = 1; }

void turns_listen(void) {
  struct sigaction action = {.sa_handler = noticed, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
}

// The interpreter has no steps left.
void port_slow(void) {
  fold();
  if (turns_now() >= alarm_at) link_tick();
  bool is_over = turn_left <= 0;
  if (is_over) {
    turn_left = port_device.turn;
    console_flush();
    if (attention) {
      attention = 0;
      link_tick();
    }
  }
  threads_wake_due(turns_now());
  link_run_event();
  grant();
  if (is_over && MP_STATE_VM(sched_state) == MP_SCHED_IDLE) threads_pass_turn();
}

mp_uint_t mp_hal_ticks_ms(void) { return turns_now() / 1000000; }
mp_uint_t mp_hal_ticks_us(void) { return turns_now() / 1000; }
uint64_t mp_hal_time_ns(void) { return turns_now(); }

void mp_hal_delay_us(mp_uint_t count) {
  thread_wait_t wait = {.until = turns_now() + (uint64_t)count * 1000, .value = mp_const_none};
  threads_wait(&wait);
}
void mp_hal_delay_ms(mp_uint_t count) { mp_hal_delay_us(count * 1000); }
