// uzlib as a module of the 1.12/1.13 line has it, on the library of today's tree.
#include "port.h"
#include <string.h>
#include "py/mperrno.h"
#include "py/stream.h"
#define UZLIB_CONF_PARANOID_CHECKS 1
#include "lib/uzlib/uzlib.h"

enum { GZIP_BITS = 16, HIGHEST_BITS = 15 };

// Reads the header of a kind; the window's bits, or an error of the library.
static int read_header(uzlib_uncomp_t *data, int kind) {
  int bits, found = uzlib_parse_zlib_gzip_header(data, &bits);
  if (found < 0) return found;
  return found == kind ? bits : UZLIB_DATA_ERROR;
}

// What is read through it comes out of a stream.
typedef struct {
  mp_obj_base_t base;
  mp_obj_t stream;
  uzlib_uncomp_t data;
  bool is_over;
} decompressing;

static int read_byte(void *self_in) {
  decompressing *self = self_in;
  byte read;
  int error;
  mp_uint_t count = mp_get_stream(self->stream)->read(self->stream, &read, 1, &error);
  if (count == MP_STREAM_ERROR) mp_raise_OSError(error);
  if (count == 0) mp_raise_type(&mp_type_EOFError);
  return read;
}

// Bits from 16 on ask for gzip, others from 0 on for zlib, and negative ones for data without a header.
static int window_bits(uzlib_uncomp_t *data, mp_int_t bits) {
  if (bits < 0) return -bits;
  int found = read_header(data, bits >= GZIP_BITS ? UZLIB_HEADER_GZIP : UZLIB_HEADER_ZLIB);
  return found >= 0 && bits >= GZIP_BITS ? bits - GZIP_BITS : found;
}

static mp_obj_t decompressing_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *arguments) {
  mp_arg_check_num(count, keywords, 1, 2, false);
  mp_get_stream_raise(arguments[0], MP_STREAM_OP_READ);
  decompressing *self = mp_obj_malloc(decompressing, type);
  self->stream = arguments[0];
  self->is_over = false;
  memset(&self->data, 0, sizeof self->data);
  self->data.source_read_data = self;
  self->data.source_read_cb = read_byte;
  int bits = window_bits(&self->data, count > 1 ? mp_obj_get_int(arguments[1]) : 0);
  if (bits < 0 || bits > HIGHEST_BITS) mp_raise_ValueError(MP_ERROR_TEXT("compression header"));
  uzlib_uncompress_init(&self->data, m_new0(byte, 1 << bits), 1 << bits);
  return MP_OBJ_FROM_PTR(self);
}

static mp_uint_t decompressing_read(mp_obj_t self_in, void *buffer, mp_uint_t size, int *error) {
  decompressing *self = MP_OBJ_TO_PTR(self_in);
  if (self->is_over) return 0;
  self->data.dest = buffer;
  self->data.dest_limit = (byte *)buffer + size;
  int status = uzlib_uncompress_chksum(&self->data);
  if (status < 0) {
    *error = MP_EINVAL;
    return MP_STREAM_ERROR;
  }
  self->is_over = status == UZLIB_DONE;
  return self->data.dest - (byte *)buffer;
}

static const mp_rom_map_elem_t decompressing_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
  {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
  {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
};
static MP_DEFINE_CONST_DICT(decompressing_members, decompressing_members_table);

static const mp_stream_p_t decompressing_stream = {.read = decompressing_read};
static MP_DEFINE_CONST_OBJ_TYPE(decompressing_type, MP_QSTR_DecompIO, MP_TYPE_FLAG_NONE, make_new, decompressing_new,
  protocol, &decompressing_stream, locals_dict, &decompressing_members);

// decompress(data, bits, size): negative bits mean that there is no header; the size is not looked at.
static mp_obj_t decompress(size_t count, const mp_obj_t *arguments) {
  mp_buffer_info_t in;
  mp_get_buffer_raise(arguments[0], &in, MP_BUFFER_READ);
  bool has_header = count < 2 || mp_obj_get_int(arguments[1]) >= 0;
  uzlib_uncomp_t *data = m_new0(uzlib_uncomp_t, 1);
  size_t size = (in.len + 15) & ~(size_t)15, done = 0;
  byte *out = m_new(byte, size);
  uzlib_uncompress_init(data, NULL, 0);
  data->source = in.buf;
  data->source_limit = (byte *)in.buf + in.len;
  int status = has_header ? read_header(data, UZLIB_HEADER_ZLIB) : UZLIB_OK;
  while (status >= 0) {
    data->dest_start = out;
    data->dest = out + done;
    data->dest_limit = out + size;
    status = uzlib_uncompress_chksum(data);
    done = data->dest - out;
    if (status != UZLIB_OK) break;
    out = m_renew(byte, out, size, size + 256);
    size += 256;
  }
  if (status < 0) nlr_raise(mp_obj_new_exception_arg1(&mp_type_ValueError, MP_OBJ_NEW_SMALL_INT(status)));
  m_del(uzlib_uncomp_t, data, 1);
  return mp_obj_new_bytearray_by_ref(done, m_renew(byte, out, size, done));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(decompress_obj, 1, 3, decompress);

static const mp_rom_map_elem_t members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_uzlib)},
  {MP_ROM_QSTR(MP_QSTR_decompress), MP_ROM_PTR(&decompress_obj)},
  {MP_ROM_QSTR(MP_QSTR_DecompIO), MP_ROM_PTR(&decompressing_type)},
};
static MP_DEFINE_CONST_DICT(members, members_table);
const mp_obj_module_t port_uzlib_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&members};

#pragma GCC diagnostic ignored "-Wsign-compare"
#include "lib/uzlib/tinflate.c"
#include "lib/uzlib/header.c"
#include "lib/uzlib/adler32.c"
#include "lib/uzlib/crc32.c"
