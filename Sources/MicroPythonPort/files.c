// Files of the device: what `open` gives.
#include "port.h"
#include <string.h>
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/stream.h"

enum { AHEAD = 512, PIECE = 16384 };

typedef struct {
  device_object object; // Its handle is 0 when it is closed.
  uint16_t ahead, ahead_at;
  byte bytes[AHEAD];    // Read before they were wanted.
} file;

static mp_obj_t call_file(qstr call, file *self, const mp_obj_t *arguments, size_t count) {
  console_flush();
  request_begin(call, self->object.handle);
  for (size_t i = 0; i < count; i++) request_value(arguments[i]);
  return request_answer();
}

// Runs something of a stream, which tells an error by its number.
typedef mp_uint_t (*file_act)(file *self, void *bytes, mp_uint_t size);

static mp_uint_t refuse_closed(int *error) {
  if (port_device.layer) mp_raise_msg(&mp_type_ValueError, NULL);
  *error = MP_EBADF;
  return MP_STREAM_ERROR;
}

static mp_uint_t attempt(mp_obj_t self_in, file_act act, void *bytes, mp_uint_t size, int *error) {
  file *self = MP_OBJ_TO_PTR(self_in);
  if (!self->object.handle) return refuse_closed(error);
  return act(self, bytes, size);
}

static mp_uint_t fetch(file *self, void *bytes, mp_uint_t size) {
  mp_obj_t wanted = MP_OBJ_NEW_SMALL_INT(size);
  size_t length;
  const char *data = mp_obj_str_get_data(call_file(MP_QSTR_file_dot_read, self, &wanted, 1), &length);
  if (length > size) length = size;
  memcpy(bytes, data, length);
  return length;
}

static mp_uint_t read_some(file *self, void *bytes, mp_uint_t size) {
  if (self->ahead_at == self->ahead && size >= AHEAD) return fetch(self, bytes, MIN(size, PIECE));
  if (self->ahead_at == self->ahead) {
    self->ahead_at = self->ahead = 0;
    self->ahead = fetch(self, self->bytes, AHEAD);
  }
  mp_uint_t part = MIN(size, (mp_uint_t)(self->ahead - self->ahead_at));
  memcpy(bytes, self->bytes + self->ahead_at, part);
  self->ahead_at += part;
  return part;
}

static mp_int_t seek(file *self, mp_int_t offset, int origin) {
  mp_obj_t arguments[] = {mp_obj_new_int(offset), MP_OBJ_NEW_SMALL_INT(origin)};
  return mp_obj_get_int(call_file(MP_QSTR_file_dot_seek, self, arguments, 2));
}

// Goes back to where the script is.
static void forget_ahead(file *self) {
  mp_int_t unread = self->ahead - self->ahead_at;
  self->ahead = self->ahead_at = 0;
  if (unread) seek(self, -unread, MP_SEEK_CUR);
}

static mp_uint_t write_all(file *self, void *bytes, mp_uint_t size) {
  forget_ahead(self);
  for (mp_uint_t done = 0; done < size;) {
    mp_uint_t part = MIN(size - done, PIECE);
    console_flush();
    request_begin(MP_QSTR_file_dot_write, self->object.handle);
    request_text('b', (byte *)bytes + done, part);
    request_answer();
    done += part;
  }
  return size;
}

static mp_uint_t file_read(mp_obj_t self, void *bytes, mp_uint_t size, int *error) { return attempt(self, read_some, bytes, size, error); }
static mp_uint_t file_write(mp_obj_t self, const void *bytes, mp_uint_t size, int *error) {
  return attempt(self, write_all, (void *)bytes, size, error);
}

static void close_file(file *self) {
  if (!self->object.handle) return;
  forget_ahead(self);
  call_file(MP_QSTR_file_dot_close, self, NULL, 0);
  objects_forget(MP_OBJ_FROM_PTR(self));
  self->object.handle = 0;
}

static mp_uint_t file_control(mp_obj_t self_in, mp_uint_t request, uintptr_t argument, int *error) {
  file *self = MP_OBJ_TO_PTR(self_in);
  if (request == MP_STREAM_CLOSE) {
    close_file(self);
    return 0;
  }
  if (!self->object.handle) return refuse_closed(error);
  switch (request) {
    case MP_STREAM_SEEK: {
      struct mp_stream_seek_t *to = (struct mp_stream_seek_t *)argument;
      forget_ahead(self);
      to->offset = seek(self, to->offset, to->whence);
      return 0;
    }
    case MP_STREAM_FLUSH:
      call_file(MP_QSTR_file_dot_sync, self, NULL, 0);
      return 0;
    default:
      *error = MP_EINVAL;
      return MP_STREAM_ERROR;
  }
}

static void file_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
  mp_printf(print, "<io.%s>", mp_obj_get_type_str(self));
}

static mp_obj_t file_collected(mp_obj_t self) {
  if (gc_is_locked()) objects_forget(self); else close_file(MP_OBJ_TO_PTR(self)); // The collector calls it, or the script.
  return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(file_collected_obj, file_collected);

static const mp_rom_map_elem_t file_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
  {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
  {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
  {MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj)},
  {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
  {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj)},
  {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj)},
  {MP_ROM_QSTR(MP_QSTR_seek), MP_ROM_PTR(&mp_stream_seek_obj)},
  {MP_ROM_QSTR(MP_QSTR_tell), MP_ROM_PTR(&mp_stream_tell_obj)},
  {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&file_collected_obj)},
  {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
  {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
};
static MP_DEFINE_CONST_DICT(file_members, file_members_table);

static const mp_stream_p_t bytes_stream = {.read = file_read, .write = file_write, .ioctl = file_control};
static const mp_stream_p_t text_stream = {.read = file_read, .write = file_write, .ioctl = file_control, .is_text = true};

static mp_obj_t file_make(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *arguments);

MP_DEFINE_CONST_OBJ_TYPE(port_bytes_file_type, MP_QSTR_FileIO, MP_TYPE_FLAG_ITER_IS_STREAM, make_new, file_make,
  print, file_print, protocol, &bytes_stream, locals_dict, &file_members);
MP_DEFINE_CONST_OBJ_TYPE(port_text_file_type, MP_QSTR_TextIOWrapper, MP_TYPE_FLAG_ITER_IS_STREAM, make_new, file_make,
  print, file_print, protocol, &text_stream, locals_dict, &file_members);

static uint32_t request_open(const char *path, mp_obj_t mode) {
  request_begin(MP_QSTR_file_dot_open, 0);
  flash_request_path(path);
  request_value(mode);
  return request_handle_answer();
}

// Opens a file; if the module has no more to open, those that nobody can reach are closed first.
static uint32_t open_or_collect(const char *path, mp_obj_t mode) {
  nlr_buf_t nlr;
  if (nlr_push(&nlr) == 0) {
    uint32_t handle = request_open(path, mode);
    nlr_pop();
    return handle;
  }
  mp_obj_t error = MP_OBJ_FROM_PTR(nlr.ret_val);
  if (!mp_obj_exception_match(error, MP_OBJ_FROM_PTR(&mp_type_OSError)) ||
    mp_obj_exception_get_value(error) != MP_OBJ_NEW_SMALL_INT(MP_EMFILE)) nlr_raise(error);
  gc_collect();
  return request_open(path, mode);
}

mp_obj_t files_open(mp_obj_t path_in, mp_obj_t mode) {
  const char *path = mp_obj_str_get_str(path_in), *letters = mp_obj_str_get_str(mode);
  console_flush();
  file *self = mp_obj_malloc_with_finaliser(file, strchr(letters, 'b') ? &port_bytes_file_type : &port_text_file_type);
  self->object.handle = 0;
  self->object.functions = MP_OBJ_NULL;
  self->ahead = self->ahead_at = 0;
  uint32_t handle = open_or_collect(path, mode);
  if (!handle) return MP_OBJ_NEW_SMALL_INT(-1); // As the firmware refuses.
  objects_adopt(&self->object, handle);
  return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t file_make(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *arguments) {
  mp_map_t map;
  mp_map_init_fixed_table(&map, keywords, arguments + count);
  return mp_vfs_open(count, arguments, &map);
}
