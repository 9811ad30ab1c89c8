import Diagnostics
import Files
import Foundation

/// A config file, read against the format that its content has to have.
package struct ConfigFile {
    /// The text in UTF-8.
    package let json: [UInt8]
    /// What relative paths are relative to.
    package let folder: URL
    /// What errors call the file.
    private let path: String

    /// - Parameters:
    ///   - json: the text in UTF-8.
    ///   - path: what errors call the file.
    ///   - folder: what relative paths are relative to.
    package init(json: [UInt8], path: String, folder: URL) {
        self.json = json
        self.path = path
        self.folder = folder
    }

    /// Reads the file's bytes.
    ///
    /// - Throws: `InputError`: `.missingFile` where there is no such file, `.config` where it cannot be read.
    package init(contentsOf path: String) throws(InputError) {
        let url = URL(fileURLWithPath: path)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw InputError(.missingFile, at: path, "expected a config file, found no such file")
        }
        do {
            json = Array(try Data(contentsOf: url))
        } catch {
            throw InputError(.config, at: path, "the config file cannot be read: \(error.localizedDescription)")
        }
        self.path = path
        folder = url.deletingLastPathComponent()
    }

    /// Reads the content. The first thing that is wrong is what the error names: overrides that name no key, then keys
    /// and values in the order of the file, then keys that are missing.
    ///
    /// - Parameters:
    ///   - format: the form of the whole.
    ///   - overrides: `KEY.PATH=VALUE` each; the later ones win.
    /// - Returns: the content, the JSON that it was read from, and its place for errors.
    /// - Throws: `InputError`: `.usage` for an override without `=`, `.config` for everything else.
    package func read<Value>(
        _ format: ConfigFormat<Value>, overrides: [String]
    ) throws(InputError) -> (value: Value, root: JSONValue, place: ConfigPlace) {
        let place = ConfigPlace(file: path, folder: folder, allKeys: format.keys)
        var root = try JSONValue(parsing: json, file: path, exitCode: .config)
        guard root.members != nil else { throw place.mismatch(expected: "an object", found: root) }
        for argument in overrides {
            root = try ConfigOverride(argument).applied(to: root, place: place)
        }
        do {
            guard let value = try format.read(root, place) else {
                throw place.mismatch(expected: format.expected, found: root)
            }
            return (value, root, place)
        } catch {
            throw error as? InputError ?? InputError(.internalFault, at: path, "\(error)")
        }
    }
}
