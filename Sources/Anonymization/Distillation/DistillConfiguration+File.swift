import Diagnostics
import Files
import Foundation
import Training

extension DistillConfiguration {
    /// Reads a config file.
    ///
    /// Relative paths, those in overrides too, are relative to the file's folder.
    ///
    /// - Parameters:
    ///   - path: the JSON file.
    ///   - overrides: `KEY.PATH=VALUE` each, as `--set` takes them; the later ones win.
    /// - Throws: `InputError`: `.missingFile` where there is no such file, `.usage` for an override without `=`,
    ///   `.config` for everything else, naming the line and key path, what was expected and what was found.
    public init(contentsOfFile path: String, overrides: [String] = []) throws(InputError) {
        let file = try ConfigFile(contentsOf: path)
        let (configuration, root, place) = try file.read(Self.format, overrides: overrides)
        self = configuration
        if root["output_dir"] == nil { outputDir = place.absolutePath(outputDir) }
        try refuseContradictions(in: root, place: place)
    }

    /// The whole config with every default filled in; reads back as an equal value.
    public var resolvedJSON: String { Self.format.write(self).prettyText }

    /// The settings that two runs must share so that one can go on where the other stopped.
    var resultJSON: JSONValue { Self.format.write(self).keeping(Self.format.keys) }

    private func refuseContradictions(in root: JSONValue, place: ConfigPlace) throws(InputError) {
        for (name, role) in [("anonymizer", anonymizer), ("adversary", adversary), ("judge", judge)] {
            let section = root[name]
            let inner = place.inside(name)
            if name == "anonymizer", role.endpoint == nil, role.model == nil {
                throw inner.error("expected an endpoint or a model, found neither", line: section?.line)
            }
            try role.refuseContradictions(in: section, place: inner)
        }
    }
}
