// What MicroPython's lib/libm_dbl needs of a math.h, without the names that the host's C library keeps for itself.
#ifndef QPYEMU_LIBM_MATH_H
#define QPYEMU_LIBM_MATH_H

typedef float float_t;
typedef double double_t;

#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define FP_NAN 0
#define FP_INFINITE 1
#define FP_ZERO 2
#define FP_SUBNORMAL 3
#define FP_NORMAL 4
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)
#define signbit(x) __builtin_signbit(x)
#define fabs(x) __builtin_fabs(x)

#define ONE_ARGUMENT(name) double name(double)
#define TWO_ARGUMENTS(name) double name(double, double)
ONE_ARGUMENT(acos); ONE_ARGUMENT(acosh); ONE_ARGUMENT(asin); ONE_ARGUMENT(asinh); ONE_ARGUMENT(atan); ONE_ARGUMENT(atanh);
ONE_ARGUMENT(ceil); ONE_ARGUMENT(cos); ONE_ARGUMENT(cosh); ONE_ARGUMENT(erf); ONE_ARGUMENT(erfc); ONE_ARGUMENT(exp);
ONE_ARGUMENT(expm1); ONE_ARGUMENT(floor); ONE_ARGUMENT(lgamma); ONE_ARGUMENT(log); ONE_ARGUMENT(log10);
ONE_ARGUMENT(log1p); ONE_ARGUMENT(nearbyint); ONE_ARGUMENT(rint); ONE_ARGUMENT(round); ONE_ARGUMENT(sin); ONE_ARGUMENT(sinh);
ONE_ARGUMENT(sqrt); ONE_ARGUMENT(tan); ONE_ARGUMENT(tanh); ONE_ARGUMENT(tgamma); ONE_ARGUMENT(trunc);
TWO_ARGUMENTS(atan2); TWO_ARGUMENTS(copysign); TWO_ARGUMENTS(fmod); TWO_ARGUMENTS(pow);
double frexp(double, int *);
double ldexp(double, int);
double modf(double, double *);
double scalbn(double, int);

#endif
