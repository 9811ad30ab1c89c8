#ifndef CHDF5_H
#define CHDF5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A thin layer over libhdf5 for what Swift cannot see: its type constants, property lists and flags are macros that
/// call into the library.
///
/// Functions that return `int` return 0 on success and -1 on failure; those that return an identifier return a
/// negative one on failure. After a failure `chdf5_error_message` and `chdf5_error_number` describe it until the same
/// thread makes its next failing call. Nothing is ever printed. libhdf5 may be built without thread safety, so callers
/// make one call at a time.

/// An open file, group, dataset; negative when opening failed.
typedef int64_t chdf5_id;

/// The element types this layer reads and writes. In files they are little-endian, in memory native.
typedef enum chdf5_element {
    CHDF5_OTHER,
    CHDF5_FLOAT32,
    CHDF5_FLOAT64,
    CHDF5_INT64,
    /// UTF-8 of a fixed byte count, which includes a final zero byte.
    CHDF5_TEXT,
} chdf5_element;

enum {
    /// The most dimensions a dataset has.
    CHDF5_MAX_RANK = 32,
};

/// What a dataset or an attribute holds. A scalar has rank 0.
typedef struct chdf5_extent {
    chdf5_element element;
    /// Bytes one element takes.
    size_t element_size;
    int rank;
    uint64_t dimensions[CHDF5_MAX_RANK];
} chdf5_extent;

/// Receives the names of links and attributes; a non-zero result stops the walk.
typedef int (*chdf5_visitor)(const char *name, bool is_dataset, void *context);

/// What went wrong in the last failing call of this thread, in one line, from the innermost cause.
const char *chdf5_error_message(void);

/// The `errno` of the system call behind the last failure of this thread, or 0 where there was none.
int chdf5_error_number(void);

/// Creates or truncates a file whose first `user_block` bytes HDF5 leaves alone (a power of two, at least 512).
chdf5_id chdf5_create_file(const char *path, uint64_t user_block);

/// Opens a file for reading.
chdf5_id chdf5_open_file(const char *path);

/// Writes what is left and closes the file with every object still open in it.
int chdf5_close_file(chdf5_id file);

/// Creates a group and the groups on the way to it.
chdf5_id chdf5_create_group(chdf5_id location, const char *path);

/// Creates a dataset and the groups on the way to it.
/// - `chunk`: the chunk's extents, one a dimension, for a chunked dataset with Fletcher32 checksums; NULL for a
///   contiguous one without.
chdf5_id chdf5_create_dataset(
    chdf5_id location, const char *path, const chdf5_extent *extent, const uint64_t *chunk);

/// Opens a group or a dataset.
chdf5_id chdf5_open_object(chdf5_id location, const char *path);

/// Closes a group or a dataset.
int chdf5_close_object(chdf5_id object);

/// Tells what a dataset holds.
int chdf5_dataset_extent(chdf5_id dataset, chdf5_extent *extent);

/// Writes all elements of a dataset, in row-major order.
int chdf5_write_dataset(chdf5_id dataset, chdf5_element element, size_t element_size, const void *values);

/// Reads all elements of a dataset, in row-major order, checking the Fletcher32 of each chunk.
int chdf5_read_dataset(chdf5_id dataset, chdf5_element element, size_t element_size, void *values);

/// Adds a scalar attribute to an object.
int chdf5_write_attribute(
    chdf5_id object, const char *name, chdf5_element element, size_t element_size, const void *value);

/// 1 where the object has the attribute, 0 where it has not, -1 on failure.
int chdf5_has_attribute(chdf5_id object, const char *name);

/// Tells what an attribute holds.
int chdf5_attribute_extent(chdf5_id object, const char *name, chdf5_extent *extent);

/// Reads a scalar attribute.
int chdf5_read_attribute(chdf5_id object, const char *name, chdf5_element element, size_t element_size, void *value);

/// Visits the attributes of an object; `is_dataset` is false.
int chdf5_visit_attributes(chdf5_id object, chdf5_visitor visitor, void *context);

/// Visits every group and dataset below a group once, each by its path from there.
int chdf5_visit_objects(chdf5_id group, chdf5_visitor visitor, void *context);

#endif
