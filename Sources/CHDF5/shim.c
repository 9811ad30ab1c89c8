#include "CHDF5.h"

#include <hdf5.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(hid_t) == sizeof(chdf5_id), "identifiers pass through unchanged");
_Static_assert(CHDF5_MAX_RANK == H5S_MAX_RANK, "every dataset's dimensions fit");

static _Thread_local char error_message[512];
static _Thread_local int error_number;

const char *chdf5_error_message(void) { return error_message; }

int chdf5_error_number(void) { return error_number; }

// The library's own exit handler would flush files whose disk is full once more, and report that to stderr.
static void prepare_library(void) { H5dont_atexit(); }

// Printing is switched off per thread, so every entry from outside passes here.
static void begin(void) {
    static pthread_once_t prepared = PTHREAD_ONCE_INIT;
    pthread_once(&prepared, prepare_library);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static herr_t note_cause(unsigned depth, const H5E_error2_t *error, void *context) {
    (void)context;
    const char *text = error->desc ? error->desc : "unknown HDF5 error";
    const char *number = strstr(text, "errno = ");
    if (number && error_number == 0) sscanf(number, "errno = %d", &error_number);
    if (depth == 0) {
        snprintf(error_message, sizeof error_message, "%s", text);
        for (char *c = error_message; *c; c++) {
            if ((unsigned char)*c < ' ') *c = ' ';
        }
    }
    return 0;
}

/// Keeps the cause of a failure; to be called before clean-up replaces the library's error stack.
static int failed(void) {
    error_number = 0;
    snprintf(error_message, sizeof error_message, "unknown HDF5 error");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_cause, NULL);
    return -1;
}

static int failed_with(const char *message) {
    error_number = 0;
    snprintf(error_message, sizeof error_message, "%s", message);
    return -1;
}

// MARK: Types and extents

static hid_t copy_text_type(size_t size) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) return type;
    if (H5Tset_size(type, size) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        failed();
        H5Tclose(type);
        return -1;
    }
    return type;
}

static hid_t copy_file_type(chdf5_element element, size_t size) {
    switch (element) {
    case CHDF5_FLOAT32: return H5Tcopy(H5T_IEEE_F32LE);
    case CHDF5_FLOAT64: return H5Tcopy(H5T_IEEE_F64LE);
    case CHDF5_INT64: return H5Tcopy(H5T_STD_I64LE);
    case CHDF5_TEXT: return copy_text_type(size);
    case CHDF5_OTHER: break;
    }
    return -1;
}

static hid_t copy_memory_type(chdf5_element element, size_t size) {
    switch (element) {
    case CHDF5_FLOAT32: return H5Tcopy(H5T_NATIVE_FLOAT);
    case CHDF5_FLOAT64: return H5Tcopy(H5T_NATIVE_DOUBLE);
    case CHDF5_INT64: return H5Tcopy(H5T_NATIVE_INT64);
    case CHDF5_TEXT: return copy_text_type(size);
    case CHDF5_OTHER: break;
    }
    return -1;
}

static chdf5_element element_of(hid_t type) {
    if (H5Tequal(type, H5T_IEEE_F32LE) > 0) return CHDF5_FLOAT32;
    if (H5Tequal(type, H5T_IEEE_F64LE) > 0) return CHDF5_FLOAT64;
    if (H5Tequal(type, H5T_STD_I64LE) > 0) return CHDF5_INT64;
    if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0) return CHDF5_TEXT;
    return CHDF5_OTHER;
}

/// Fills `extent` from a type and a space and closes both.
static int take_extent(hid_t type, hid_t space, chdf5_extent *extent) {
    int result = 0;
    memset(extent, 0, sizeof *extent);
    if (type < 0 || space < 0) {
        result = failed();
    } else if (H5Sget_simple_extent_type(space) == H5S_NULL) {
        result = failed_with("it has no data");
    } else {
        hsize_t dimensions[H5S_MAX_RANK] = {0};
        extent->element = element_of(type);
        extent->element_size = H5Tget_size(type);
        extent->rank = H5Sget_simple_extent_dims(space, dimensions, NULL);
        if (extent->rank < 0 || extent->element_size == 0) result = failed();
        for (int i = 0; i < extent->rank; i++) extent->dimensions[i] = dimensions[i];
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    return result;
}

// MARK: Files

/// Files are closed with everything in them, and never locked: many shared file systems have no locks, and a
/// checkpoint is only ever written under a name of its own.
static hid_t file_access(void) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    if (H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 || H5Pset_file_locking(access, false, true) < 0) {
        failed();
        H5Pclose(access);
        return -1;
    }
    return access;
}

chdf5_id chdf5_create_file(const char *path, uint64_t user_block) {
    begin();
    hid_t access = file_access();
    if (access < 0) return failed();
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    hid_t file = -1;
    if (creation >= 0 && H5Pset_userblock(creation, user_block) >= 0) {
        file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    }
    if (file < 0) failed();
    if (creation >= 0) H5Pclose(creation);
    H5Pclose(access);
    return file;
}

chdf5_id chdf5_open_file(const char *path) {
    begin();
    hid_t access = file_access();
    if (access < 0) return failed();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (file < 0) failed();
    H5Pclose(access);
    return file;
}

int chdf5_close_file(chdf5_id file) {
    begin();
    return H5Fclose(file) < 0 ? failed() : 0;
}

// MARK: Groups and datasets

/// Creates missing groups on the way, with names in UTF-8.
static hid_t link_creation(void) {
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    if (list < 0) return list;
    if (H5Pset_create_intermediate_group(list, 1) < 0 || H5Pset_char_encoding(list, H5T_CSET_UTF8) < 0) {
        failed();
        H5Pclose(list);
        return -1;
    }
    return list;
}

chdf5_id chdf5_create_group(chdf5_id location, const char *path) {
    begin();
    hid_t links = link_creation();
    if (links < 0) return failed();
    hid_t group = H5Gcreate2(location, path, links, H5P_DEFAULT, H5P_DEFAULT);
    if (group < 0) failed();
    H5Pclose(links);
    return group;
}

/// How a dataset is stored: without times, so that equal contents make equal files.
static hid_t dataset_creation(const chdf5_extent *extent, const uint64_t *chunk) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (list < 0) return list;
    herr_t status = H5Pset_obj_track_times(list, false);
    if (status >= 0) status = H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
    if (status >= 0 && chunk) {
        hsize_t extents[H5S_MAX_RANK];
        for (int i = 0; i < extent->rank; i++) extents[i] = chunk[i];
        status = H5Pset_chunk(list, extent->rank, extents);
        if (status >= 0) status = H5Pset_fletcher32(list);
    }
    if (status < 0) {
        failed();
        H5Pclose(list);
        return -1;
    }
    return list;
}

chdf5_id chdf5_create_dataset(
    chdf5_id location, const char *path, const chdf5_extent *extent, const uint64_t *chunk) {
    begin();
    if (extent->rank < 0 || extent->rank > CHDF5_MAX_RANK) return failed_with("a dataset has 0 to 32 dimensions");
    hsize_t dimensions[H5S_MAX_RANK];
    for (int i = 0; i < extent->rank; i++) dimensions[i] = extent->dimensions[i];
    hid_t space = extent->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(extent->rank, dimensions, NULL);
    if (space < 0) return failed();
    hid_t type = copy_file_type(extent->element, extent->element_size);
    hid_t links = link_creation();
    hid_t creation = dataset_creation(extent, chunk);
    hid_t dataset = -1;
    if (type >= 0 && links >= 0 && creation >= 0) {
        dataset = H5Dcreate2(location, path, type, space, links, creation, H5P_DEFAULT);
        if (dataset < 0) failed();
    }
    if (creation >= 0) H5Pclose(creation);
    if (links >= 0) H5Pclose(links);
    if (type >= 0) H5Tclose(type);
    H5Sclose(space);
    return dataset;
}

chdf5_id chdf5_open_object(chdf5_id location, const char *path) {
    begin();
    hid_t object = H5Oopen(location, path, H5P_DEFAULT);
    if (object < 0) failed();
    return object;
}

int chdf5_close_object(chdf5_id object) {
    begin();
    return H5Oclose(object) < 0 ? failed() : 0;
}

int chdf5_dataset_extent(chdf5_id dataset, chdf5_extent *extent) {
    begin();
    if (H5Iget_type(dataset) != H5I_DATASET) return failed_with("it is no dataset");
    return take_extent(H5Dget_type(dataset), H5Dget_space(dataset), extent);
}

int chdf5_write_dataset(chdf5_id dataset, chdf5_element element, size_t element_size, const void *values) {
    begin();
    hid_t type = copy_memory_type(element, element_size);
    if (type < 0) return failed();
    int result = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0 ? failed() : 0;
    H5Tclose(type);
    return result;
}

int chdf5_read_dataset(chdf5_id dataset, chdf5_element element, size_t element_size, void *values) {
    begin();
    hid_t type = copy_memory_type(element, element_size);
    if (type < 0) return failed();
    int result = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0 ? failed() : 0;
    H5Tclose(type);
    return result;
}

// MARK: Attributes

/// Attribute names in UTF-8.
static hid_t attribute_creation(void) {
    hid_t list = H5Pcreate(H5P_ATTRIBUTE_CREATE);
    if (list < 0) return list;
    if (H5Pset_char_encoding(list, H5T_CSET_UTF8) < 0) {
        failed();
        H5Pclose(list);
        return -1;
    }
    return list;
}

int chdf5_write_attribute(
    chdf5_id object, const char *name, chdf5_element element, size_t element_size, const void *value) {
    begin();
    hid_t space = H5Screate(H5S_SCALAR);
    if (space < 0) return failed();
    int result = -1;
    hid_t stored = copy_file_type(element, element_size);
    hid_t native = copy_memory_type(element, element_size);
    hid_t creation = attribute_creation();
    hid_t attribute = -1;
    if (stored >= 0 && native >= 0 && creation >= 0) {
        attribute = H5Acreate2(object, name, stored, space, creation, H5P_DEFAULT);
        result = attribute >= 0 && H5Awrite(attribute, native, value) >= 0 ? 0 : failed();
    }
    if (attribute >= 0 && H5Aclose(attribute) < 0) result = failed();
    if (creation >= 0) H5Pclose(creation);
    if (native >= 0) H5Tclose(native);
    if (stored >= 0) H5Tclose(stored);
    H5Sclose(space);
    return result;
}

int chdf5_has_attribute(chdf5_id object, const char *name) {
    begin();
    htri_t found = H5Aexists(object, name);
    return found < 0 ? failed() : found > 0;
}

int chdf5_attribute_extent(chdf5_id object, const char *name, chdf5_extent *extent) {
    begin();
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return failed();
    int result = take_extent(H5Aget_type(attribute), H5Aget_space(attribute), extent);
    H5Aclose(attribute);
    return result;
}

int chdf5_read_attribute(chdf5_id object, const char *name, chdf5_element element, size_t element_size, void *value) {
    begin();
    hid_t type = copy_memory_type(element, element_size);
    if (type < 0) return failed();
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    int result = attribute >= 0 && H5Aread(attribute, type, value) >= 0 ? 0 : failed();
    if (attribute >= 0) H5Aclose(attribute);
    H5Tclose(type);
    return result;
}

// MARK: Walks

struct walk {
    chdf5_visitor visitor;
    void *context;
};

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)object;
    (void)info;
    const struct walk *walk = context;
    return walk->visitor(name, false, walk->context);
}

int chdf5_visit_attributes(chdf5_id object, chdf5_visitor visitor, void *context) {
    begin();
    struct walk walk = {visitor, context};
    return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, &walk) < 0 ? failed() : 0;
}

static herr_t visit_object(hid_t group, const char *name, const H5O_info_t *info, void *context) {
    (void)group;
    const struct walk *walk = context;
    if (strcmp(name, ".") == 0) return 0;
    return walk->visitor(name, info->type == H5O_TYPE_DATASET, walk->context);
}

int chdf5_visit_objects(chdf5_id group, chdf5_visitor visitor, void *context) {
    begin();
    struct walk walk = {visitor, context};
    herr_t status = H5Ovisit2(group, H5_INDEX_NAME, H5_ITER_INC, visit_object, &walk, H5O_INFO_BASIC);
    return status < 0 ? failed() : 0;
}
