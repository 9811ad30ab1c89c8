import CKernels

/// The memory behind one or more tensors.
///
/// Tensors that are reshapes or row slices of each other share a storage. Memory that belongs to something else (a
/// mapped model file) is kept alive through `owner`.
package final class Storage: @unchecked Sendable {
    package let pointer: UnsafeMutableRawPointer
    package let byteCount: Int
    private let owner: AnyObject?

    /// Uninitialised memory, 64-byte aligned.
    package init(byteCount: Int) {
        guard let memory = ck_allocate(Int64(byteCount)) else {
            fatalError("out of memory: a tensor of \(byteCount) bytes does not fit")
        }
        pointer = memory
        self.byteCount = byteCount
        owner = nil
    }

    /// Whether the memory may be written: what belongs to something else may not.
    package var isWritable: Bool { owner == nil }

    /// Memory that `owner` keeps alive and that is never written.
    package init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject) {
        pointer = UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
        byteCount = bytes.count
        self.owner = owner
    }

    deinit {
        if owner == nil { ck_release(pointer, Int64(byteCount)) }
    }
}

/// Bytes that tensors take in this process.
///
/// Tensors over a mapped file do not count: their pages are the system's, which takes them back where memory is short. They
/// count as resident memory of the process once they have been touched.
public enum TensorMemory {
    /// Bytes of live tensors.
    public static var liveBytes: Int { Int(ck_live_bytes()) }

    /// The most bytes that tensors have taken at once since the last `resetPeak()`.
    public static var peakBytes: Int { Int(ck_peak_bytes()) }

    /// Starts a new measurement of `peakBytes` at the present `liveBytes`.
    public static func resetPeak() { ck_reset_peak_bytes() }
}
