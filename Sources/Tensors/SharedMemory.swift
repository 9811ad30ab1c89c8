import CKernels
import Foundation

/// Memory that processes of one host have together.
///
/// It is a file that no folder knows. The processes find it through the one that made it, and it is gone with the last of
/// them, however that ends: nothing is left behind where they are killed.
package final class SharedMemory: @unchecked Sendable {
    /// By what another process finds the memory while its maker has not let go of the file.
    package struct Handle: Codable, Sendable, Equatable {
        let process: Int32
        let descriptor: Int32
        /// What tells the file from any other under that descriptor.
        let device: UInt64
        let file: UInt64
        package let byteCount: Int
    }

    /// Why memory cannot be shared, as the system says it.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let handle: Handle
    private let descriptor: Int32
    private let start: UnsafeMutableRawPointer

    /// Makes zeroed memory, which takes room as it is written to.
    package convenience init(byteCount: Int) throws(Failure) {
        let descriptor = ck_memory_file("signet-weights", Int64(byteCount))
        guard descriptor >= 0 else { throw Self.failure("memory for several processes cannot be made") }
        try self.init(descriptor: descriptor, byteCount: byteCount, maker: getpid(), makersDescriptor: descriptor)
    }

    /// Joins memory that another process of this host has made.
    package convenience init(_ handle: Handle) throws(Failure) {
        let descriptor = open("/proc/\(handle.process)/fd/\(handle.descriptor)", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("memory of process \(handle.process) cannot be opened") }
        try self.init(
            descriptor: descriptor, byteCount: handle.byteCount, maker: handle.process,
            makersDescriptor: handle.descriptor)
        // Where processes have numbers of their own, as in containers, the number may be another's here.
        guard self.handle == handle else {
            throw Failure(description: "process \(handle.process) is another one here")
        }
    }

    private init(descriptor: Int32, byteCount: Int, maker: Int32, makersDescriptor: Int32) throws(Failure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size >= byteCount,
            let mapping = mmap(nil, max(1, byteCount), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            mapping != MAP_FAILED
        else {
            let failure = Self.failure("\(byteCount) bytes for several processes cannot be mapped")
            close(descriptor)
            throw failure
        }
        handle = Handle(
            process: maker, descriptor: makersDescriptor, device: UInt64(status.st_dev), file: UInt64(status.st_ino),
            byteCount: byteCount)
        self.descriptor = descriptor
        start = mapping
    }

    deinit {
        munmap(start, max(1, handle.byteCount))
        close(descriptor)
    }

    /// The bytes, valid while this object lives, and to be written until `protect()`.
    package var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: start, count: handle.byteCount)
    }

    /// Takes the room that a range needs, which writing to it would otherwise end the process for where there is none.
    package func reserve(_ range: Range<Int>) throws(Failure) {
        if range.isEmpty { return }
        var code: Int32
        repeat {
            code = posix_fallocate(descriptor, off_t(range.lowerBound), off_t(range.count))
        } while code == EINTR
        guard code == 0 else {
            throw Failure(description: "no room for \(range.count) bytes more: \(String(cString: strerror(code)))")
        }
    }

    /// Keeps this process from writing to the memory from now on.
    package func protect() { mprotect(start, max(1, handle.byteCount), PROT_READ) }

    private static func failure(_ what: String) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
