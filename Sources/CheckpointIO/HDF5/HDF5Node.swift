import CHDF5
import Diagnostics
import Files
import Foundation

/// The library's one door: libhdf5 may be built without thread safety, so one thread at a time may use it.
package enum HDF5 {
    private static let lock = NSLock()

    /// Runs `body` while no other thread is inside the library. Nodes live and die inside `body`.
    package static func exclusively<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body()
    }
}

/// An open HDF5 file (which stands for its root group), group or dataset.
///
/// Writing is complete only after `close()` has returned; a node that is dropped before is closed without a word.
package final class HDF5Node {
    /// The file the node is in.
    let url: URL
    let id: chdf5_id
    private let kind: Kind
    private let action: FileAction
    private var isOpen = true

    private enum Kind {
        case file
        case object
    }

    private init(_ id: chdf5_id, _ kind: Kind, _ action: FileAction, _ url: URL, _ what: String) throws(InputError) {
        self.url = url
        self.id = id
        self.kind = kind
        self.action = action
        if id < 0 {
            isOpen = false
            throw failure(what)
        }
    }

    /// Creates a file, or empties it, leaving its first `userBlock` bytes alone.
    package static func createFile(at url: URL, userBlock: Int) throws(InputError) -> HDF5Node {
        let id = chdf5_create_file(url.path, UInt64(userBlock))
        return try HDF5Node(id, .file, .written, url, "the file")
    }

    /// Opens a file for reading.
    package static func openFile(at url: URL) throws(InputError) -> HDF5Node {
        try HDF5Node(chdf5_open_file(url.path), .file, .read, url, "the file")
    }

    /// Creates a group below this one, with the groups on the way to it.
    func createGroup(_ path: String) throws(InputError) -> HDF5Node {
        try HDF5Node(chdf5_create_group(id, path), .object, action, url, path)
    }

    /// Creates a dataset below this group, with the groups on the way to it.
    ///
    /// - Parameter chunk: the chunk's extents for a dataset with Fletcher32 checksums; nil for one in one piece without.
    func createDataset(_ path: String, _ extent: HDF5Extent, chunk: [Int]?) throws(InputError) -> HDF5Node {
        var native = extent.native
        let created = chunk.map { chdf5_create_dataset(id, path, &native, $0.map(UInt64.init)) }
        return try HDF5Node(
            created ?? chdf5_create_dataset(id, path, &native, nil), .object, action, url, path)
    }

    /// Opens a group or a dataset below this group.
    package func open(_ path: String) throws(InputError) -> HDF5Node {
        try HDF5Node(chdf5_open_object(id, path), .object, action, url, path)
    }

    /// Writes what is left and closes the node.
    package func close() throws(InputError) {
        guard isOpen else { return }
        isOpen = false
        try check(closeNative(), "its end")
    }

    deinit {
        if isOpen { _ = closeNative() }
    }

    private func closeNative() -> Int32 {
        kind == .file ? chdf5_close_file(id) : chdf5_close_object(id)
    }

    /// Throws the library's last error where `status` tells of one.
    func check(_ status: Int32, _ what: String) throws(InputError) {
        if status < 0 { throw failure(what) }
    }

    private func failure(_ what: String) -> InputError {
        let number = chdf5_error_number()
        if number != 0 { return InputError.system(number, action: action, at: url.path) }
        let reason = String(cString: chdf5_error_message())
        let code: ExitCode = action == .read ? .data : .internalFault
        return InputError(code, at: url.path, "\(what) could not be \(action.rawValue): \(reason)")
    }

    /// An error for a part of the file that is not as it has to be.
    func unexpected(_ what: String, expected: String, found: String) -> InputError {
        InputError(.data, at: url.path, "\(what): expected \(expected), found \(found)")
    }

    /// The names of this node's attributes, sorted by their bytes.
    func attributeNames() throws(InputError) -> [String] {
        var names: [String] = []
        let status = withUnsafeMutablePointer(to: &names) { list in
            chdf5_visit_attributes(id, { name, _, context in collect(name, into: context) }, list)
        }
        try check(status, "the list of attributes")
        return names
    }

    /// The paths of all datasets below this group, sorted by their bytes in each group.
    func datasetPaths() throws(InputError) -> [String] {
        var paths: [String] = []
        let status = withUnsafeMutablePointer(to: &paths) { list in
            chdf5_visit_objects(
                id, { path, isDataset, context in isDataset ? collect(path, into: context) : 0 }, list)
        }
        try check(status, "the list of datasets")
        return paths
    }
}

/// Appends a name to the `[String]` behind `list`.
private func collect(_ name: UnsafePointer<CChar>?, into list: UnsafeMutableRawPointer?) -> Int32 {
    guard let name, let list else { return -1 }
    list.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
    return 0
}
