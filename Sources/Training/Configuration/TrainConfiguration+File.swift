import Diagnostics
import Files
import Foundation

extension TrainConfiguration {
    /// Reads a config file.
    ///
    /// Relative paths, those in overrides too, are relative to the file's folder. The first thing that is wrong is
    /// what the error names: overrides that name no key, then keys and values in the order of the file, then keys that
    /// are missing, then settings that do not go together.
    ///
    /// - Parameters:
    ///   - path: the JSON file.
    ///   - overrides: `KEY.PATH=VALUE` each, as `--set` takes them; the later ones win. A value is JSON, or a string
    ///     where it does not parse as JSON.
    /// - Throws: `InputError`: `.missingFile` where there is no such file, `.usage` for an override without `=`,
    ///   `.config` for everything else, naming the line and key path, what was expected and what was found.
    public init(contentsOfFile path: String, overrides: [String] = []) throws(InputError) {
        let url = URL(fileURLWithPath: path)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw InputError(.missingFile, at: path, "expected a config file, found no such file")
        }
        let bytes: [UInt8]
        do {
            bytes = Array(try Foundation.Data(contentsOf: url))
        } catch {
            throw InputError(.config, at: path, "the config file cannot be read: \(error.localizedDescription)")
        }
        try self.init(json: bytes, file: path, folder: url.deletingLastPathComponent(), overrides: overrides)
    }

    /// Reads a config from JSON text.
    ///
    /// - Parameters:
    ///   - json: the text in UTF-8.
    ///   - file: what errors call the file.
    ///   - folder: what relative paths are relative to.
    ///   - overrides: `KEY.PATH=VALUE` each.
    /// - Throws: `InputError`, as `init(contentsOfFile:overrides:)` does.
    public init(json: [UInt8], file: String, folder: URL, overrides: [String] = []) throws(InputError) {
        let place = ConfigPlace(file: file, folder: folder, allKeys: Self.format.keys)
        var root = try JSONValue(parsing: json, file: file, exitCode: .config)
        guard root.members != nil else { throw place.mismatch(expected: "an object", found: root) }
        for argument in overrides {
            root = try ConfigOverride(argument).applied(to: root, place: place)
        }
        do {
            guard let configuration = try Self.format.read(root, place) else {
                throw place.mismatch(expected: Self.format.expected, found: root)
            }
            self = configuration
        } catch {
            throw error as? InputError ?? InputError(.internalFault, at: file, "\(error)")
        }
        if root["output_dir"] == nil { outputDir = place.absolutePath(outputDir) }
        try refuseContradictions(in: root, place: place)
    }

    /// The whole config with every default filled in, in the order of the documentation; reads back as an equal value.
    public var resolvedJSON: String { Self.format.write(self).prettyText }

    /// The settings that two runs must share so that one can go on, bit for bit, where the other stopped; one line of
    /// JSON, to be compared or hashed.
    ///
    /// Left out are:
    /// - `model.path`, `data.train`, `data.eval`, `lora.adapter_path`: where a file lies says nothing about what is in
    ///   it; a checkpoint knows the contents by their own digests, and holds the adapter itself.
    /// - `training.max_steps`, `training.num_train_epochs`: a run may be resumed to go on for longer. What remains of
    ///   its schedule then follows the new length.
    /// - `training.memory_budget`: decides what is recomputed, which gives the same bits as keeping it.
    /// - `training.logging_steps`, `eval_steps`, `save_steps`, `save_total_limit`, `output_dir`: what is observed and
    ///   where it is kept.
    /// - `dpo` where the method is another.
    ///
    /// Batch size and accumulation, packing and prefix sharing stay in: they change no result beyond rounding, but
    /// they do change bits.
    public var resultJSON: String {
        let value = Self.format.write(self).keeping(Self.format.keys.filter { method == .dpo || $0.name != "dpo" })
        return value.compactText
    }
}

extension TrainConfiguration {
    /// The keys of `resultJSON` that have other values in another run's.
    func keysDiffering(from other: String, at place: String) throws(InputError) -> [String] {
        func leaves(_ text: String) throws(InputError) -> [String: String] {
            try JSONValue(parsing: Array(text.utf8), file: place, exitCode: .data).leaves(under: "")
        }
        let (own, found) = (try leaves(resultJSON), try leaves(other))
        return Set(own.keys).union(found.keys).filter { own[$0] != found[$0] }.sorted()
    }
}

extension JSONValue {
    /// Every value that is no object, by its path of keys.
    fileprivate func leaves(under path: String) -> [String: String] {
        guard let members, !members.isEmpty else { return [path: compactText] }
        return members.reduce(into: [:]) { leaves, member in
            let inside = path.isEmpty ? member.key : "\(path).\(member.key)"
            leaves.merge(member.value.leaves(under: inside)) { $1 }
        }
    }

    /// The object with only those of the keys that change results.
    fileprivate func keeping(_ keys: [ConfigKey]) -> JSONValue {
        guard let members else { return self }
        return .object(
            members.compactMap { member in
                guard let key = keys.first(where: { $0.name == member.key }), key.changesResult else { return nil }
                return Member(member.key, key.keys.isEmpty ? member.value : member.value.keeping(key.keys))
            })
    }
}
