#include <stdint.h>

void mp_hal_set_interrupt_char(int byte);
mp_uint_t mp_hal_ticks_ms(void);
mp_uint_t mp_hal_ticks_us(void);
static inline mp_uint_t mp_hal_ticks_cpu(void) { return mp_hal_ticks_us(); }
void mp_hal_delay_ms(mp_uint_t ms);
void mp_hal_delay_us(mp_uint_t us);
uint64_t mp_hal_time_ns(void);
