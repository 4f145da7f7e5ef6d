// The modules uos, and vfs, which the tools of a console look for.
#include "port.h"
#include <string.h>
#include "extmod/vfs.h"
#include "py/objtuple.h"

static void get_uname(size_t *count, mp_obj_t **fields) {
  console_flush();
  request_begin(MP_QSTR_module_dot_uname, 0);
  mp_obj_t list = request_answer();
  if (!mp_obj_is_type(list, &mp_type_list)) mp_raise_TypeError(NULL);
  mp_obj_list_get(list, count, fields);
}

static mp_obj_t uos_uname(void) {
  size_t count;
  mp_obj_t *fields;
  get_uname(&count, &fields);
  return mp_obj_new_tuple(count, fields);
}
static MP_DEFINE_CONST_FUN_OBJ_0(uos_uname_obj, uos_uname);

// The one that there is.
MP_REGISTER_ROOT_POINTER(mp_obj_t port_uname2);

// Each field is its name, `=` and its value.
static mp_obj_t uos_uname2(void) {
  if (MP_STATE_VM(port_uname2)) return MP_STATE_VM(port_uname2);
  size_t count;
  mp_obj_t *fields;
  get_uname(&count, &fields);
  qstr *names = m_new(qstr, count);
  for (size_t i = 0; i < count; i++) {
    const char *field = mp_obj_str_get_str(fields[i]);
    size_t length = strcspn(field, "=");
    names[i] = qstr_from_strn(field, length);
    fields[i] = mp_obj_new_str_from_cstr(field + length + (field[length] == '='));
  }
  MP_STATE_VM(port_uname2) = mp_obj_new_attrtuple(names, count, fields);
  return MP_STATE_VM(port_uname2);
}
static MP_DEFINE_CONST_FUN_OBJ_0(uos_uname2_obj, uos_uname2);

static mp_obj_t uos_urandom(mp_obj_t count) {
  console_flush();
  request_begin(MP_QSTR_module_dot_random, 0);
  request_value(count);
  return request_answer();
}
static MP_DEFINE_CONST_FUN_OBJ_1(uos_urandom_obj, uos_urandom);

// Without arguments a newer interpreter lists what is mounted; a module refuses that.
static MP_DEFINE_CONST_FUN_OBJ_KW(mount_obj, 2, mp_vfs_mount);

// Names are bytes if the path is.
static mp_obj_t uos_listdir(size_t count, const mp_obj_t *arguments) {
  mp_obj_t names = mp_vfs_listdir(count, arguments);
  if (!count || !mp_obj_is_type(arguments[0], &mp_type_bytes)) return names;
  size_t length;
  mp_obj_t *items;
  mp_obj_list_get(names, &length, &items);
  for (size_t i = 0; i < length; i++) {
    size_t size;
    const char *text = mp_obj_str_get_data(items[i], &size);
    items[i] = mp_obj_new_bytes((const byte *)text, size);
  }
  return names;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(uos_listdir_obj, 0, 1, uos_listdir);

// The firmware keeps the volume that can only be read where it is.
static mp_obj_t uos_umount(mp_obj_t place) {
  if (port_device.layer && mp_obj_is_str(place) && strcmp(mp_obj_str_get_str(place), "/bak") == 0) return MP_OBJ_NEW_SMALL_INT(-1);
  return mp_vfs_umount(place);
}
static MP_DEFINE_CONST_FUN_OBJ_1(uos_umount_obj, uos_umount);

static const mp_rom_map_elem_t uos_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_uos)},
  {MP_ROM_QSTR(MP_QSTR_chdir), MP_ROM_PTR(&mp_vfs_chdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_getcwd), MP_ROM_PTR(&mp_vfs_getcwd_obj)},
  {MP_ROM_QSTR(MP_QSTR_ilistdir), MP_ROM_PTR(&mp_vfs_ilistdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_listdir), MP_ROM_PTR(&uos_listdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_mkdir), MP_ROM_PTR(&mp_vfs_mkdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&mp_vfs_remove_obj)},
  {MP_ROM_QSTR(MP_QSTR_rename), MP_ROM_PTR(&mp_vfs_rename_obj)},
  {MP_ROM_QSTR(MP_QSTR_rmdir), MP_ROM_PTR(&mp_vfs_rmdir_obj)},
  {MP_ROM_QSTR(MP_QSTR_stat), MP_ROM_PTR(&mp_vfs_stat_obj)},
  {MP_ROM_QSTR(MP_QSTR_statvfs), MP_ROM_PTR(&mp_vfs_statvfs_obj)},
  {MP_ROM_QSTR(MP_QSTR_unlink), MP_ROM_PTR(&mp_vfs_remove_obj)},
  {MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&mount_obj)},
  {MP_ROM_QSTR(MP_QSTR_umount), MP_ROM_PTR(&uos_umount_obj)},
  {MP_ROM_QSTR(MP_QSTR_uname), MP_ROM_PTR(&uos_uname_obj)},
  {MP_ROM_QSTR(MP_QSTR_uname2), MP_ROM_PTR(&uos_uname2_obj)},
  {MP_ROM_QSTR(MP_QSTR_urandom), MP_ROM_PTR(&uos_urandom_obj)},
};
static MP_DEFINE_CONST_DICT(uos_members, uos_members_table);
const mp_obj_module_t port_uos_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&uos_members};

static const mp_rom_map_elem_t vfs_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_vfs)},
  {MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&mount_obj)},
  {MP_ROM_QSTR(MP_QSTR_umount), MP_ROM_PTR(&uos_umount_obj)},
};
static MP_DEFINE_CONST_DICT(vfs_members, vfs_members_table);
const mp_obj_module_t port_vfs_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&vfs_members};
