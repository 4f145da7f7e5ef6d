// Threads of which one runs at a time, and which change only at points that the count of steps decides.
#include <stdbool.h>
#include <stddef.h>

struct _mp_state_thread_t;
typedef struct {
  bool taken;
} mp_thread_mutex_t;
typedef mp_thread_mutex_t mp_thread_recursive_mutex_t;

extern struct _mp_state_thread_t *port_state;
static inline struct _mp_state_thread_t *mp_thread_get_state(void) { return port_state; }
void mp_thread_init(void);
