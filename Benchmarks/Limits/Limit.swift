import Signet

/// A dense product c [rows, output] = a [rows, input] · b.
struct ProductShape: Codable, Hashable {
    var rows: Int
    var output: Int
    var input: Int

    init(rows: Int, output: Int, input: Int) {
        self.rows = rows
        self.output = output
        self.input = input
    }

    var operations: Double { 2 * Double(rows) * Double(output) * Double(input) }
    /// The product that gives the gradient of a.
    var mirrored: ProductShape { ProductShape(rows: rows, output: input, input: output) }
}

/// What a figure is held against.
enum Limit: Codable, Hashable {
    /// The same dense product by oneDNN, in GFLOP/s.
    case product(ProductShape, DType)
    /// All of several dense products by oneDNN one after the other, in GFLOP/s.
    case products([ProductShape], DType)
    /// Reading memory with all threads, in GB/s.
    case memoryRead
    /// What the case measured itself.
    case measured(name: String, value: Double)

    var name: String {
        switch self {
        case .product(_, let dtype): "oneDNN dense \(dtype)"
        case .products(_, let dtype): "oneDNN dense \(dtype), these shapes"
        case .memoryRead: "memory read"
        case .measured(let name, _): name
        }
    }
}

/// The limits of this run, each measured when it is first asked for: right after the case that is held against it.
final class Limits {
    private let repeats: Int
    private var known: [Limit: Double?] = [:]

    init(repeats: Int) {
        self.repeats = repeats
    }

    /// GFLOP/s or GB/s; nil where this processor has nothing of the kind, such as bfloat16 products.
    ///
    /// - Throws: `InputError` where oneDNN fails.
    func value(of limit: Limit) throws -> Double? {
        if let value = known[limit] { return value }
        let value = try measured(limit)
        known[limit] = value
        return value
    }

    private func measured(_ limit: Limit) throws -> Double? {
        switch limit {
        case .measured(_, let value): return value
        case .memoryRead: return MemoryBandwidth.read(repeats: repeats).value
        case .product(let shape, let dtype):
            let rates = try OneDNNProduct.Layout.plain.compactMap {
                try OneDNNProduct.rate(shape, dtype, $0, repeats: repeats)?.value
            }
            return rates.max()
        case .products(let shapes, let dtype):
            var seconds = 0.0
            for shape in shapes {
                guard let rate = try value(of: .product(shape, dtype)) else { return nil }
                seconds += shape.operations / rate
            }
            return shapes.reduce(0) { $0 + $1.operations } / seconds
        }
    }
}
