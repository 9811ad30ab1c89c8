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
        let file = try ConfigFile(contentsOf: path)
        try self.init(json: file.json, file: path, folder: file.folder, overrides: overrides)
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
        let (configuration, root, place) = try ConfigFile(json: json, path: file, folder: folder)
            .read(Self.format, overrides: overrides)
        self = configuration
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
        func value(_ text: String) throws(InputError) -> JSONValue {
            try JSONValue(parsing: Array(text.utf8), file: place, exitCode: .data)
        }
        return try value(resultJSON).keysDiffering(from: value(other))
    }
}
