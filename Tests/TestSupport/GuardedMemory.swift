import Foundation

/// Memory whose last byte lies right before a page that may not be touched, so that reading too far ends the process.
public final class GuardedMemory {
    private let start: UnsafeMutableRawPointer
    private let capacity: Int

    public init(capacity: Int) {
        let page = Int(getpagesize())
        self.capacity = (capacity + page - 1) / page * page
        start = mmap(nil, self.capacity + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        precondition(start != MAP_FAILED && mprotect(start + self.capacity, page, PROT_NONE) == 0)
    }

    deinit { munmap(start, capacity + Int(getpagesize())) }

    /// Copies `bytes` to the end of the memory.
    public func hold(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer(start: start + capacity - bytes.count, count: bytes.count)
        copy.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(copy)
    }
}
