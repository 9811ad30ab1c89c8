import COneDNN
import Foundation
import Signet

/// A dense matrix product by oneDNN, with as many threads as the pool has.
final class OneDNNProduct {
    /// How the weights lie.
    enum Layout: String, CaseIterable {
        /// [out, in], as models store them.
        case ba
        /// [in, out].
        case ab
        /// Packed beforehand as oneDNN likes them best; no limit, since nobody gets weights so.
        case any

        static let plain: [Layout] = [.ba, .ab]
    }

    private var engine: dnnl_engine_t?
    private var stream: dnnl_stream_t?
    private var description: dnnl_primitive_desc_t?
    private var primitive: dnnl_primitive_t?
    private var memories: [dnnl_memory_t] = []
    private var buffers: [Tensor] = []
    private var arguments: [dnnl_exec_arg_t] = []

    /// - Throws: `InputError` where oneDNN fails; ``Unsupported`` where it has no such product here.
    init(_ shape: ProductShape, _ dtype: DType, _ layout: Layout) throws {
        try Self.setThreadCount()
        let type = dtype == .bfloat16 ? dnnl_bf16 : dnnl_f32
        let (m, n, k) = (Int64(shape.rows), Int64(shape.output), Int64(shape.input))
        var source = try Self.matrix([m, k], strides: [k, 1], type)
        var weights =
            switch layout {
            case .ba: try Self.matrix([k, n], strides: [1, k], type)
            case .ab: try Self.matrix([k, n], strides: [n, 1], type)
            case .any: try Self.matrix([k, n], strides: nil, type)
            }
        var target = try Self.matrix([m, n], strides: [n, 1], type)
        var operation = dnnl_matmul_desc_t()
        try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
        try check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue), "dnnl_stream_create")
        try check(dnnl_matmul_desc_init(&operation, &source, &weights, nil, &target), "dnnl_matmul_desc_init")
        let status = dnnl_primitive_desc_create(&description, &operation, nil, engine, nil)
        guard status != dnnl_unimplemented else { throw Unsupported() }
        try check(status, "dnnl_primitive_desc_create")
        weights = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0).pointee
        try check(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create")
        for (argument, memory) in [(DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS, weights), (DNNL_ARG_DST, target)] {
            try add(argument, memory)
        }
    }

    deinit {
        for memory in memories { dnnl_memory_destroy(memory) }
        dnnl_primitive_destroy(primitive)
        dnnl_primitive_desc_destroy(description)
        dnnl_stream_destroy(stream)
        dnnl_engine_destroy(engine)
    }

    /// oneDNN has no such product on this processor.
    struct Unsupported: Error {}

    /// GFLOP/s; nil where oneDNN has no such product on this processor.
    static func rate(_ shape: ProductShape, _ dtype: DType, _ layout: Layout, repeats: Int) throws -> Measurement? {
        let product: OneDNNProduct
        do { product = try OneDNNProduct(shape, dtype, layout) } catch is Unsupported { return nil }
        // The pool's workers spin for a moment before they sleep, and so do oneDNN's.
        defer { pause() }
        pause()
        let timing = try Timing.of(repeats) { try product.run() }
        return Measurement(
            "limit/oneDNN \(dtype) \(shape.rows) rows \(shape.output)×\(shape.input) \(layout)", timing,
            .operations(shape.operations))
    }

    private static func pause() { Thread.sleep(forTimeInterval: 0.03) }

    private func run() throws {
        try check(
            dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments), "dnnl_primitive_execute")
        try check(dnnl_stream_wait(stream), "dnnl_stream_wait")
    }

    private func add(_ argument: Int32, _ matrix: dnnl_memory_desc_t) throws {
        var matrix = matrix
        // Finite numbers of both signs fill whatever layout was chosen.
        let buffer = RandomBits.tensor([(dnnl_memory_desc_get_size(&matrix) + 3) / 4], .float32)
        var memory: dnnl_memory_t?
        try check(dnnl_memory_create(&memory, &matrix, engine, buffer.pointer), "dnnl_memory_create")
        memories.append(memory!)
        buffers.append(buffer)
        arguments.append(dnnl_exec_arg_t(arg: argument, memory: memory))
    }

    private static func matrix(_ sizes: [Int64], strides: [Int64]?, _ type: dnnl_data_type_t) throws
        -> dnnl_memory_desc_t
    {
        var result = dnnl_memory_desc_t()
        if let strides {
            try check(
                dnnl_memory_desc_init_by_strides(&result, 2, sizes, type, strides), "dnnl_memory_desc_init_by_strides")
        } else {
            try check(
                dnnl_memory_desc_init_by_tag(&result, 2, sizes, type, dnnl_format_tag_any),
                "dnnl_memory_desc_init_by_tag")
        }
        return result
    }

    /// oneDNN's threads are OpenMP's, which it brings along.
    private static func setThreadCount() throws {
        guard let symbol = dlsym(nil, "omp_set_num_threads") else {
            throw InputError(
                .internalFault, at: "oneDNN", "expected a build with OpenMP threads, found no omp_set_num_threads")
        }
        unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Void).self)(Int32(Machine.threadCount))
    }
}

private func check(_ status: dnnl_status_t, _ call: String) throws {
    guard status == dnnl_success else {
        throw InputError(.internalFault, at: "oneDNN", "\(call) failed with status \(status.rawValue)")
    }
}
