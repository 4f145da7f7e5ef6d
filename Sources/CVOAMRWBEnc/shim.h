#pragma once
#include <vo-amrwbenc/enc_if.h>
