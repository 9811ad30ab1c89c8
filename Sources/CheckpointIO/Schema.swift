import Diagnostics
import Foundation
import Tensors

/// The layout of a checkpoint file: every name, type and shape in one place.
///
/// A checkpoint begins with a seal of 512 bytes, which HDF5 skips as its user block: `SIGNETCK`, the schema version, the
/// length of the file and XXH3-128 digests over everything (laid out at `Seal`). The rest is an HDF5 file:
///
/// | path | kind | type, shape | holds |
/// |---|---|---|---|
/// | `/` | attribute `schema` | int64 | the version of this table |
/// | `/` | attribute `step` | int64 | optimizer steps done |
/// | `/` | attribute `xxh3_128` | text | digest over all names, shapes, digests and scalars, see `CheckpointContents` |
/// | `/identity` | attributes `model`, `adapter`, `data`, `config`, from schema 2 `tokenizer` | text | digests of what the run is a run of |
/// | `/counters` | one attribute a counter | int64 | data position, random counter and the like |
/// | `/metrics` | one attribute a metric | float64 | running metrics |
/// | `/texts/<name>` | dataset | text, scalar | the resolved config and the like |
/// | `/tensors/<name>` | dataset | float32, any shape | adapter and optimizer tensors |
/// | each tensor | attribute `index` | int64 | its place in the order, from 0 |
/// | each dataset | attribute `xxh3_128` | text | digest of its bytes; of a text, of its UTF-8 |
///
/// Numbers are little-endian. Text is UTF-8 of a fixed length with a final zero byte. Tensors are stored in chunks of
/// at most 1 MiB with Fletcher32 checksums; scalars and tensors without elements are stored whole. Nothing in a file
/// depends on when or where it was written: equal states make equal files.
///
/// A field that a later version adds gets a row here, a `Field` with the version it came with and the value that older
/// files have by default, and a committed file of the version before it in the tests.
public enum CheckpointSchema {
    /// The version written, and the newest one read.
    public static let version = 2

    static let maximumRank = 32
    static let tensorType = DType.float32

    static let schema = Field<Int64>("schema")
    static let step = Field<Int64>("step")
    static let digest = Field<String>("xxh3_128")
    static let index = Field<Int64>("index")

    static let identityGroup = "identity"
    static let model = Field<String>("model")
    static let adapter = Field<String>("adapter")
    static let data = Field<String>("data")
    static let config = Field<String>("config")
    static let tokenizer = Field<String>("tokenizer", since: 2, default: "")

    static let countersGroup = "counters"
    static let metricsGroup = "metrics"
    static let textsGroup = "texts"
    static let tensorsGroup = "tensors"

    /// Refuses schema versions that this code does not know.
    static func requireReadable(_ version: UInt64, in url: URL) throws(InputError) {
        if version > UInt64(Self.version) {
            throw InputError(
                .data, at: url.path,
                "expected a checkpoint of schema \(Self.version) or older, found the newer schema \(version)")
        }
        if version == 0 {
            throw InputError(.data, at: url.path, "expected a checkpoint of schema 1 or newer, found schema 0")
        }
    }

    /// Whether a dataset can bear this name: path components that are neither empty nor `.`, without zero bytes.
    static func isName(_ name: String) -> Bool {
        !name.utf8.contains(0)
            && name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && !$0.elementsEqual([UInt8(ascii: ".")])
            }
    }

    /// Elements of a shape; nil where an extent is negative or the product overflows.
    static func elementCount(_ shape: [Int]) -> Int? {
        var product = 1
        for extent in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            if overflow || extent < 0 { return nil }
            product = next
        }
        return product
    }

    /// The chunks a tensor is stored in: at most 1 MiB each, of whole rows where rows fit, evenly sized; nil for what is
    /// stored whole.
    static func chunk(of shape: [Int]) -> [Int]? {
        if shape.isEmpty || shape.contains(0) { return nil }
        var room = (1 << 20) / tensorType.byteCount
        var chunk: [Int] = []
        for extent in shape.reversed() {
            let pieces = (extent + room - 1) / room
            let size = (extent + pieces - 1) / pieces
            chunk.append(size)
            room = max(1, room / size)
        }
        return chunk.reversed()
    }
}

/// A scalar that the file holds as an attribute.
package struct Field<Value: HDF5Attribute>: Sendable {
    package let name: String
    /// The schema version the field came with.
    package let since: Int
    /// What files of older versions are taken to hold.
    package let defaultValue: Value?

    /// - Parameters:
    ///   - name: the attribute's name.
    ///   - since: the schema version the field came with.
    ///   - defaultValue: what files of older versions are taken to hold; every field after version 1 has one.
    package init(_ name: String, since: Int = 1, default defaultValue: Value? = nil) {
        require(since == 1 || defaultValue != nil, "Field \(name): no default for files before version \(since)")
        self.name = name
        self.since = since
        self.defaultValue = defaultValue
    }

    /// The field's value at a node of a file of the given schema version.
    ///
    /// - Throws: `InputError` where the file should have the field and has not.
    package func read(of node: HDF5Node, schema: Int) throws(InputError) -> Value {
        if schema < since, let defaultValue { return defaultValue }
        return try Value.read(name, of: node)
    }

    func write(_ value: Value, to node: HDF5Node) throws(InputError) {
        try value.write(name, to: node)
    }
}
