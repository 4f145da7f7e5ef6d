// The builtin help, as a module prints it.
#include <string.h>
#include "port.h"
#include "py/objlist.h"
#include "py/objmodule.h"

static const char text[] =
  "This is the MicroPython of a QuecPython module, emulated on a PC by qpyemu.\n"
  "\n"
  "At the prompt:\n"
  "  Ctrl-A        the raw mode, for tools\n"
  "  Ctrl-B        out of the raw mode\n"
  "  Ctrl-C        interrupts what runs\n"
  "  Ctrl-D        starts the interpreter anew; the flash stays\n"
  "  Ctrl-E        paste mode\n"
  "  Tab           completes a name\n"
  "\n"
  "Files are in /usr. help('modules') lists what can be imported, help(object) what an object has.\n";

enum { COLUMNS = 4, COLUMN = 18 };

static void show_modules(void) {
  mp_obj_t names = modules_all();
  mp_obj_list_sort(1, &names, (mp_map_t *)&mp_const_empty_map);
  size_t count;
  mp_obj_t *items;
  mp_obj_list_get(names, &count, &items);
  size_t rows = (count + COLUMNS - 1) / COLUMNS;
  for (size_t row = 0; row < rows; row++) {
    for (size_t i = row; i < count; i += rows) {
      const char *name = mp_obj_str_get_str(items[i]);
      mp_print_str(&mp_plat_print, name);
      for (size_t at = strlen(name); i + rows < count && at < COLUMN; at++) mp_print_str(&mp_plat_print, " ");
    }
    mp_print_str(&mp_plat_print, "\n");
  }
  mp_print_str(&mp_plat_print, "Plus any modules on the filesystem\n");
}

static void show_members(mp_obj_t object) {
  const mp_obj_type_t *type = mp_obj_get_type(object);
  mp_print_str(&mp_plat_print, "object ");
  mp_obj_print(object, PRINT_STR);
  mp_printf(&mp_plat_print, " is of type %q\n", (qstr)type->name);
  const mp_map_t *map = NULL;
  if (type == &mp_type_module) {
    objects_fulfil(object);
    map = &mp_obj_module_get_globals(object)->map;
  } else {
    if (type == &mp_type_type) type = MP_OBJ_TO_PTR(object);
    if (MP_OBJ_TYPE_HAS_SLOT(type, locals_dict)) map = &MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map;
  }
  for (size_t i = 0; map && i < map->alloc; i++) {
    if (!mp_map_slot_is_filled(map, i)) continue;
    mp_obj_t key = map->table[i].key;
    bool is_our_own = key == MP_OBJ_NEW_QSTR(MP_QSTR___del__) && mp_obj_is_type(map->table[i].value, &mp_type_fun_builtin_1);
    if (is_our_own) continue;
    mp_print_str(&mp_plat_print, "  ");
    mp_obj_print(key, PRINT_STR);
    mp_print_str(&mp_plat_print, " -- ");
    mp_obj_print(map->table[i].value, PRINT_STR);
    mp_print_str(&mp_plat_print, "\n");
  }
}

static mp_obj_t help(size_t count, const mp_obj_t *arguments) {
  if (count == 0) {
    mp_print_str(&mp_plat_print, text);
  } else if (arguments[0] == MP_OBJ_NEW_QSTR(MP_QSTR_modules)) {
    show_modules();
  } else {
    show_members(arguments[0]);
  }
  return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(port_help_obj, 0, 1, help);
