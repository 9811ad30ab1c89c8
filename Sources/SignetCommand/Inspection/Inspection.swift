import Files
import Foundation
import Signet

/// What a file holds: facts by name, and its tensors.
struct Inspection {
    struct Tensor {
        let name: String
        let encoding: String
        let shape: [Int]
        let byteCount: Int
    }

    private(set) var facts: [JSONValue.Member]
    var tensors: [Tensor]

    init(kind: String, url: URL, tensors: [Tensor]) {
        facts = [.init("kind", .string(kind)), .init("path", .string(url.path))]
        self.tensors = tensors
    }

    /// Recognises a file by its name or, where that says nothing, by its first bytes.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` where the file is damaged or none of the known ones.
    init(of url: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw InputError(.missingFile, at: url.path, "expected a file or a folder, found nothing")
        }
        if isFolder.boolValue {
            self = try PEFTAdapter.isFolder(url) ? .adapter(url) : .model(url)
            return
        }
        switch Self.signature(of: url) {
        case .gguf: self = try .model(url)
        case .hdf5: self = try .checkpoint(url)
        case .safetensors: self = try .safetensors(url)
        case nil:
            throw InputError(
                .data, at: url.path, "expected a GGUF file, a safetensors file or a checkpoint, found none of them")
        }
    }

    private static func signature(of url: URL) -> FileSignature? {
        switch url.pathExtension {
        case "gguf": .gguf
        case "h5": .hdf5
        case "safetensors": .safetensors
        default: FileSignature(of: url)
        }
    }

    mutating func add(_ name: String, _ value: JSONValue) { facts.append(.init(name, value)) }

    var json: JSONValue {
        let list = tensors.map { tensor in
            JSONValue.object([
                .init("name", .string(tensor.name)), .init("encoding", .string(tensor.encoding)),
                .init("shape", .array(tensor.shape.map { .number($0) })), .init("bytes", .number(tensor.byteCount)),
            ])
        }
        return .object(facts + [.init("tensors", .array(list))])
    }

    /// The facts a line each, the tensors summed up by encoding or listed.
    func text(listingTensors: Bool) -> String {
        let width = facts.reduce(0) { max($0, $1.key.count) } + 2
        var lines = facts.flatMap { Self.lines($0, width: width) }
        if listingTensors {
            lines += ["tensors"]
            lines += tensors.map { "  \($0.name)  \($0.encoding) \($0.shape)" }
        } else {
            let sums = Dictionary(grouping: tensors, by: \.encoding).sorted { $0.key < $1.key }.map {
                "\($0.value.count) \($0.key), \($0.value.reduce(0) { $0 + $1.byteCount }) bytes"
            }
            lines += [Self.padded("tensors", width) + (sums.isEmpty ? "none" : sums.joined(separator: "; "))]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A fact on one line; an object's members on a line each below its name.
    private static func lines(_ fact: JSONValue.Member, width: Int) -> [String] {
        guard let members = fact.value.members else { return [padded(fact.key, width) + plain(fact.value)] }
        if members.isEmpty { return [padded(fact.key, width) + "none"] }
        let inner = members.reduce(0) { max($0, $1.key.count) } + 2
        return [fact.key] + members.map { "  " + padded($0.key, inner) + plain($0.value) }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
    }

    private static func plain(_ value: JSONValue) -> String {
        if value.isNull { return "none" }
        if let string = value.string { return string }
        if let values = value.array { return values.isEmpty ? "none" : values.map(plain).joined(separator: ", ") }
        return value.compactText
    }
}
