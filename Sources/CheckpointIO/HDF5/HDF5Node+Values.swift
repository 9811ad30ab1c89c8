import CHDF5
import Diagnostics

/// A type that scalar attributes hold.
package protocol HDF5Attribute: Sendable {
    static func read(_ name: String, of node: HDF5Node) throws(InputError) -> Self
    func write(_ name: String, to node: HDF5Node) throws(InputError)
}

/// A number type that attributes and datasets hold.
package protocol HDF5Number: HDF5Attribute, BitwiseCopyable {
    static var element: chdf5_element { get }
    /// How the type is called in errors.
    static var fileTypeName: String { get }
    static var zero: Self { get }
}

extension Float: HDF5Number {
    package static var element: chdf5_element { CHDF5_FLOAT32 }
    package static var fileTypeName: String { "float32" }
}

extension Double: HDF5Number {
    package static var element: chdf5_element { CHDF5_FLOAT64 }
    package static var fileTypeName: String { "float64" }
}

extension Int64: HDF5Number {
    package static var element: chdf5_element { CHDF5_INT64 }
    package static var fileTypeName: String { "int64" }
}

/// What a dataset or an attribute holds: the element type and the shape, which is empty for a scalar.
struct HDF5Extent {
    let element: chdf5_element
    /// Bytes one element takes; of a text: its UTF-8 and a final zero byte.
    let elementByteCount: Int
    let shape: [Int]

    init<Number: HDF5Number>(of type: Number.Type, shape: [Int]) {
        element = Number.element
        elementByteCount = MemoryLayout<Number>.size
        self.shape = shape
    }

    /// The extent of a text.
    init(textByteCount: Int) {
        element = CHDF5_TEXT
        elementByteCount = textByteCount + 1
        shape = []
    }

    /// Nil where a dimension is beyond what an `Int` holds.
    init?(_ native: chdf5_extent) {
        element = native.element
        guard let count = Int(exactly: native.element_size) else { return nil }
        elementByteCount = count
        let dimensions = withUnsafeBytes(of: native.dimensions) {
            $0.bindMemory(to: UInt64.self).prefix(Int(native.rank)).map { Int(exactly: $0) }
        }
        let valid = dimensions.compactMap { $0 }
        guard valid.count == dimensions.count else { return nil }
        shape = valid
    }

    var native: chdf5_extent {
        var native = chdf5_extent()
        native.element = element
        native.element_size = elementByteCount
        native.rank = Int32(shape.count)
        withUnsafeMutableBytes(of: &native.dimensions) {
            let dimensions = $0.bindMemory(to: UInt64.self)
            for (axis, extent) in shape.enumerated() { dimensions[axis] = UInt64(extent) }
        }
        return native
    }

    /// Bytes all elements take together; nil where that is beyond what an `Int` holds.
    var byteCount: Int? {
        var product = elementByteCount
        for extent in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            product = next
        }
        return product
    }

    /// The element type and the shape, for errors.
    var description: String {
        let type =
            switch element {
            case CHDF5_FLOAT32: "float32"
            case CHDF5_FLOAT64: "float64"
            case CHDF5_INT64: "int64"
            case CHDF5_TEXT: "text"
            default: "another type"
            }
        return shape.isEmpty ? type : "\(type) \(shape)"
    }
}

// MARK: Attributes

extension HDF5Number {
    package static func read(_ name: String, of node: HDF5Node) throws(InputError) -> Self {
        let extent = try node.attributeExtent(name)
        guard extent.element == element, extent.shape.isEmpty else {
            throw node.unexpected("attribute \(name)", expected: fileTypeName, found: extent.description)
        }
        var value = zero
        let status = chdf5_read_attribute(node.id, name, element, MemoryLayout<Self>.size, &value)
        try node.check(status, "attribute \(name)")
        return value
    }

    package func write(_ name: String, to node: HDF5Node) throws(InputError) {
        var value = self
        let status = chdf5_write_attribute(node.id, name, Self.element, MemoryLayout<Self>.size, &value)
        try node.check(status, "attribute \(name)")
    }
}

extension String: HDF5Attribute {
    package static func read(_ name: String, of node: HDF5Node) throws(InputError) -> String {
        let extent = try node.attributeExtent(name)
        guard extent.element == CHDF5_TEXT, extent.shape.isEmpty else {
            throw node.unexpected("attribute \(name)", expected: "text", found: extent.description)
        }
        var bytes = [UInt8](repeating: 0, count: extent.elementByteCount)
        try node.check(chdf5_read_attribute(node.id, name, CHDF5_TEXT, bytes.count, &bytes), "attribute \(name)")
        return try node.text(bytes, "attribute \(name)")
    }

    package func write(_ name: String, to node: HDF5Node) throws(InputError) {
        let bytes = Array(utf8) + [0]
        try node.check(chdf5_write_attribute(node.id, name, CHDF5_TEXT, bytes.count, bytes), "attribute \(name)")
    }
}

extension HDF5Node {
    /// Most bytes an attribute takes in the file format written here.
    private static let largestAttribute = 1 << 16

    package func hasAttribute(_ name: String) throws(InputError) -> Bool {
        let found = chdf5_has_attribute(id, name)
        try check(found, "attribute \(name)")
        return found > 0
    }

    fileprivate func attributeExtent(_ name: String) throws(InputError) -> HDF5Extent {
        guard try hasAttribute(name) else {
            throw unexpected("attribute \(name)", expected: "a value", found: "none")
        }
        var native = chdf5_extent()
        try check(chdf5_attribute_extent(id, name, &native), "attribute \(name)")
        guard let extent = HDF5Extent(native), extent.elementByteCount <= Self.largestAttribute else {
            throw unexpected("attribute \(name)", expected: "at most 64 KiB", found: "more")
        }
        return extent
    }

    fileprivate func text(_ bytes: [UInt8], _ what: String) throws(InputError) -> String {
        guard bytes.last == 0, let text = String(validating: bytes.dropLast(), as: UTF8.self) else {
            throw unexpected(what, expected: "UTF-8 with a final zero byte", found: "other bytes")
        }
        return text
    }
}

// MARK: Datasets

extension HDF5Node {
    /// What this dataset holds.
    ///
    /// - Throws: `InputError` where its shape takes more bytes than the whole file has, so that no reader allocates
    ///   memory for what cannot be there.
    func datasetExtent(_ what: String, fileByteCount: Int) throws(InputError) -> HDF5Extent {
        var native = chdf5_extent()
        try check(chdf5_dataset_extent(id, &native), what)
        guard let extent = HDF5Extent(native), let count = extent.byteCount, count <= fileByteCount else {
            throw unexpected(what, expected: "a shape within the file's \(fileByteCount) bytes", found: "a larger one")
        }
        return extent
    }

    func write(_ values: [Float], _ what: String) throws(InputError) {
        try check(chdf5_write_dataset(id, CHDF5_FLOAT32, MemoryLayout<Float>.size, values), what)
    }

    func write(text: String, _ what: String) throws(InputError) {
        let bytes = Array(text.utf8) + [0]
        try check(chdf5_write_dataset(id, CHDF5_TEXT, bytes.count, bytes), what)
    }

    /// All elements of a dataset of 32-bit floats.
    func floats(_ what: String, _ extent: HDF5Extent) throws(InputError) -> [Float] {
        guard extent.element == CHDF5_FLOAT32 else {
            throw unexpected(what, expected: Float.fileTypeName, found: extent.description)
        }
        let count = extent.shape.reduce(1, *)
        var status: Int32 = 0
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            buffer.initialize(repeating: 0)
            status = chdf5_read_dataset(id, CHDF5_FLOAT32, MemoryLayout<Float>.size, buffer.baseAddress)
            initializedCount = count
        }
        try check(status, what)
        return values
    }

    /// The text of a scalar dataset.
    func text(_ what: String, _ extent: HDF5Extent) throws(InputError) -> String {
        guard extent.element == CHDF5_TEXT, extent.shape.isEmpty else {
            throw unexpected(what, expected: "text", found: extent.description)
        }
        var bytes = [UInt8](repeating: 0, count: extent.elementByteCount)
        try check(chdf5_read_dataset(id, CHDF5_TEXT, bytes.count, &bytes), what)
        return try text(bytes, what)
    }
}
