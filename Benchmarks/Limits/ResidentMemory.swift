import Foundation
import Signet

/// The memory this process has mapped in.
enum ResidentMemory {
    /// Gives freed memory back, and lets the peak that Linux keeps begin again.
    ///
    /// - Returns: bytes resident now.
    /// - Throws: `InputError` with `.tryAgain` where Linux refuses.
    static func resetPeak() throws -> Int {
        // Not in Swift's view of the C library.
        if let trim = dlsym(nil, "malloc_trim") {
            _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
        }
        do {
            try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
        } catch {
            throw InputError(
                .tryAgain, at: "/proc/self/clear_refs", "cannot be written: \(error.localizedDescription)")
        }
        return MemoryUsage().peakResidentBytes ?? 0
    }
}
