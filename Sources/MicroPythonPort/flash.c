// The device's flash as a file system of the script: it is mounted at the root from the start, and hands paths over whole.
#include "port.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "extmod/vfs.h"
#include "py/objtuple.h"
#include "py/reader.h"

static char *folder; // The current one, which ends in a slash; NULL for the root.

// Makes a path one from the root.
static void complete(vstr_t *whole, const char *path) {
  vstr_init(whole, 64);
  if (path[0] != '/') vstr_add_str(whole, folder ? folder : "/");
  vstr_add_str(whole, path);
}

void flash_request_path(const char *path) {
  vstr_t whole;
  complete(&whole, path);
  request_text('s', whole.buf, whole.len);
  vstr_clear(&whole);
}

static void begin(qstr call, mp_obj_t path) {
  const char *text = mp_obj_str_get_str(path);
  console_flush();
  request_begin(call, 0);
  flash_request_path(text);
}

static mp_obj_t call_with(qstr call, mp_obj_t path) {
  begin(call, path);
  return request_answer();
}

static mp_obj_t flash_mount(mp_obj_t self, mp_obj_t is_read_only, mp_obj_t makes) { return mp_const_none; }
static MP_DEFINE_CONST_FUN_OBJ_3(flash_mount_obj, flash_mount);
static mp_obj_t flash_umount(mp_obj_t self) { return mp_const_none; }
static MP_DEFINE_CONST_FUN_OBJ_1(flash_umount_obj, flash_umount);

static mp_obj_t flash_open(mp_obj_t self, mp_obj_t path, mp_obj_t mode) { return files_open(path, mode); }
static MP_DEFINE_CONST_FUN_OBJ_3(flash_open_obj, flash_open);

static mp_obj_t flash_mkdir(mp_obj_t self, mp_obj_t path) { return call_with(MP_QSTR_fs_dot_mkdir, path); }
static MP_DEFINE_CONST_FUN_OBJ_2(flash_mkdir_obj, flash_mkdir);
static mp_obj_t flash_remove(mp_obj_t self, mp_obj_t path) { return call_with(MP_QSTR_fs_dot_remove, path); }
static MP_DEFINE_CONST_FUN_OBJ_2(flash_remove_obj, flash_remove);

static mp_obj_t flash_rename(mp_obj_t self, mp_obj_t from, mp_obj_t to) {
  const char *text = mp_obj_str_get_str(to);
  begin(MP_QSTR_fs_dot_rename, from);
  flash_request_path(text);
  return request_answer();
}
static MP_DEFINE_CONST_FUN_OBJ_3(flash_rename_obj, flash_rename);

static mp_obj_t flash_stat(mp_obj_t self, mp_obj_t path) {
  mp_obj_t *parts;
  mp_obj_get_array_fixed_n(call_with(MP_QSTR_fs_dot_stat, path), 2, &parts);
  const mp_obj_t none = MP_OBJ_NEW_SMALL_INT(0);
  const mp_obj_t fields[] = {parts[0], none, none, none, none, none, parts[1], none, none, none};
  return mp_obj_new_tuple(MP_ARRAY_SIZE(fields), fields);
}
static MP_DEFINE_CONST_FUN_OBJ_2(flash_stat_obj, flash_stat);

static mp_obj_t flash_statvfs(mp_obj_t self, mp_obj_t path) {
  mp_obj_t *parts;
  mp_obj_get_array_fixed_n(call_with(MP_QSTR_fs_dot_statvfs, path), 4, &parts);
  const mp_obj_t none = MP_OBJ_NEW_SMALL_INT(0), size = parts[0], count = parts[1], available = parts[2], limit = parts[3];
  const mp_obj_t fields[] = {size, size, count, available, available, none, none, none, none, limit};
  return mp_obj_new_tuple(MP_ARRAY_SIZE(fields), fields);
}
static MP_DEFINE_CONST_FUN_OBJ_2(flash_statvfs_obj, flash_statvfs);

static mp_obj_t flash_ilistdir(mp_obj_t self, mp_obj_t path) {
  size_t length;
  bool has_sizes = !port_device.layer || strcmp(mp_obj_str_get_data(path, &length), "/") != 0;
  mp_obj_t list = call_with(MP_QSTR_fs_dot_list, path);
  size_t count;
  mp_obj_t *entries;
  mp_obj_get_array(list, &count, &entries);
  for (size_t i = 0; i < count; i++) {
    mp_obj_t *parts;
    mp_obj_get_array_fixed_n(entries[i], 3, &parts);
    const mp_obj_t fields[] = {parts[0], parts[1], MP_OBJ_NEW_SMALL_INT(0), parts[2]};
    entries[i] = mp_obj_new_tuple(has_sizes ? 4 : 3, fields);
  }
  return mp_getiter(list, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_2(flash_ilistdir_obj, flash_ilistdir);

// Takes doubled slashes, `.` and `..` out of a path from the root, which then ends in a slash.
static void normalize(vstr_t *path) {
  vstr_add_byte(path, '/');
  char *text = vstr_null_terminated_str(path);
  size_t kept = 1;
  for (const char *part = text + 1; *part;) {
    size_t length = strcspn(part, "/");
    if (length == 2 && memcmp(part, "..", 2) == 0) {
      while (kept > 1 && text[--kept - 1] != '/') {}
    } else if (length > 1 || (length == 1 && *part != '.')) {
      memmove(text + kept, part, length + 1);
      kept += length + 1;
    }
    part += length + 1;
  }
  path->len = kept;
}

static mp_obj_t flash_chdir(mp_obj_t self, mp_obj_t path) {
  vstr_t whole;
  complete(&whole, mp_obj_str_get_str(path));
  normalize(&whole);
  console_flush();
  request_begin(MP_QSTR_fs_dot_folder, 0);
  request_text('s', whole.buf, MAX(whole.len - 1, 1));
  request_answer();
  free(folder);
  folder = strndup(whole.buf, whole.len);
  if (!folder) _exit(WIRE_NO_MEMORY);
  vstr_clear(&whole);
  return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(flash_chdir_obj, flash_chdir);

static mp_obj_t flash_getcwd(mp_obj_t self) {
  size_t length = folder ? strlen(folder) : 1;
  return length == 1 ? MP_OBJ_NEW_QSTR(MP_QSTR__slash_) : mp_obj_new_str(folder, length - 1);
}
static MP_DEFINE_CONST_FUN_OBJ_1(flash_getcwd_obj, flash_getcwd);

static const mp_rom_map_elem_t flash_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&flash_mount_obj)},
  {MP_ROM_QSTR(MP_QSTR_umount), MP_ROM_PTR(&flash_umount_obj)},
  {MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&flash_open_obj)},
  {MP_ROM_QSTR(MP_QSTR_mkdir), MP_ROM_PTR(&flash_mkdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&flash_remove_obj)},
  {MP_ROM_QSTR(MP_QSTR_rmdir), MP_ROM_PTR(&flash_remove_obj)},
  {MP_ROM_QSTR(MP_QSTR_rename), MP_ROM_PTR(&flash_rename_obj)},
  {MP_ROM_QSTR(MP_QSTR_stat), MP_ROM_PTR(&flash_stat_obj)},
  {MP_ROM_QSTR(MP_QSTR_statvfs), MP_ROM_PTR(&flash_statvfs_obj)},
  {MP_ROM_QSTR(MP_QSTR_ilistdir), MP_ROM_PTR(&flash_ilistdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_chdir), MP_ROM_PTR(&flash_chdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_getcwd), MP_ROM_PTR(&flash_getcwd_obj)},
};
static MP_DEFINE_CONST_DICT(flash_members, flash_members_table);

// Imports.

static mp_import_stat_t import_stat(void *self, const char *path) {
  console_flush();
  request_begin(MP_QSTR_import_dot_stat, 0);
  flash_request_path(path);
  switch (request_int_answer(0)) {
    case 1: return MP_IMPORT_STAT_DIR;
    case 2: return MP_IMPORT_STAT_FILE;
    default: return MP_IMPORT_STAT_NO_EXIST;
  }
}

static const mp_vfs_proto_t imports = {import_stat};
static MP_DEFINE_CONST_OBJ_TYPE(flash_type, MP_QSTR_flash, MP_TYPE_FLAG_NONE, protocol, &imports, locals_dict, &flash_members);
static const mp_obj_base_t flash = {&flash_type};

// The source of what is on the flash is one call; the reader gives the memory back when it is closed.
void __real_mp_reader_new_file(mp_reader_t *reader, qstr name);
void __wrap_mp_reader_new_file(mp_reader_t *reader, qstr name) {
  const char *path;
  const mp_vfs_mount_t *mount = mp_vfs_lookup_path(qstr_str(name), &path);
  if (mount == MP_VFS_NONE || mount == MP_VFS_ROOT || mount->obj != MP_OBJ_FROM_PTR(&flash)) {
    __real_mp_reader_new_file(reader, name);
    return;
  }
  console_flush();
  request_begin(MP_QSTR_import_dot_source, 0);
  flash_request_path(path);
  size_t length;
  const byte *text = request_bytes_answer(&length);
  byte *copy = m_new(byte, length);
  memcpy(copy, text, length);
  mp_reader_new_mem(reader, copy, length, length);
}

void flash_begin(void) {
  static mp_vfs_mount_t mount = {.str = "/", .len = 1, .obj = MP_OBJ_FROM_PTR(&flash)};
  MP_STATE_VM(vfs_mount_table) = &mount;
}
