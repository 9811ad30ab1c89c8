import CKernels
import COpenBLAS
import Foundation

/// Threads that take part in a kernel, the processors they may use, and the instruction set the kernels use.
public enum Machine {
    /// The numbers of threads the pool can have.
    public static let threadCounts = 1...Int(CK_MAXIMUM_THREADS)

    /// Threads of the pool, the calling one included: `SIGNET_NUM_THREADS`, else the cores that this process may use.
    ///
    /// The threads of one core count once, a control group's quota is the limit, and the processes that `mpirun` or
    /// `srun` starts on one host without binding them to processors share its cores.
    public static var threadCount: Int {
        get { Int(ck_thread_count()) }
        set { ck_set_thread_count(Int32(newValue)) }
    }

    /// Counts what kernels have done: while it stands still, nothing is computed.
    package static var workDone: UInt64 { ck_chunks_done() }

    /// The processors this process may use, such as `0-3,8`.
    public static var processors: String { text { ck_affinity_list($0, $1) } }

    static func text(_ write: (UnsafeMutablePointer<CChar>?, Int32) -> Int32) -> String {
        var text = [CChar](repeating: 0, count: Int(write(nil, 0)) + 1)
        _ = write(&text, Int32(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The instruction set the kernels use: `scalar`, `avx2`, `avx512`, `avx512bf16` or `amx`.
    public static var instructionSet: String { String(cString: ck_isa_name(ck_active_isa())) }

    /// What `SIGNET_ISA` asks for where this processor cannot give it; nil otherwise.
    public static var refusedInstructionSet: String? { ck_isa_request_failed().map { String(cString: $0) } }

    /// The instruction sets this processor has, from the slowest to the fastest.
    public static var instructionSets: [String] {
        (0...ck_best_isa().rawValue).map { String(cString: ck_isa_name(ck_isa(rawValue: $0))) }
    }

    /// The kernels that a bfloat16 product of many rows uses.
    public static var bfloat16Path: String {
        if ck_onednn_products(), let name = ck_onednn_implementation() { return "oneDNN \(String(cString: name))" }
        return ck_active().pointee.bf16_products ? "own dpbf16 tiles" : "widened to f32"
    }

    /// What computes here, in one line: instruction set, path of bfloat16 products, threads and processors.
    public static var summary: String {
        let threads = threadCount == 1 ? "1 thread" : "\(threadCount) threads"
        let places = processors.contains { $0 == "-" || $0 == "," } ? "processors" : "processor"
        let pinned = threadCount > 1 && ck_pins_threads() ? ", one to a core" : ""
        return "\(instructionSet), bf16 products \(bfloat16Path), \(threads) on \(places) \(processors)\(pinned)"
    }

    /// Ends the threads that OpenBLAS starts as it is loaded, one for each processor, and keeps it to its callers' threads.
    ///
    /// They never get work here: LAPACK is called on one thread, so that results depend on no thread count. Who wants
    /// them for other work calls `openblas_set_num_threads`, which starts them again.
    public static func endOpenBLASThreads() {
        guard openblas_get_num_threads() > 1 else { return }
        openblas_set_num_threads(1)
        // A build of OpenBLAS without threads lacks the function.
        guard let end = dlsym(nil, "blas_thread_shutdown_") else { return }
        _ = unsafeBitCast(end, to: (@convention(c) () -> Int32).self)()
    }
}
