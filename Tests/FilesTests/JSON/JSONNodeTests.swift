import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct JSONNodeTests {
    private func node(_ text: String) throws -> JSONNode { try JSONNode(parsing: Array(text.utf8), file: "x.json") }

    @Test("members are read by name and type, and null counts as absent")
    func members() throws {
        let root = try node(#"{"a": {"b": [1, 2.5]}, "c": null, "d": "text", "e": true}"#)
        #expect(try root.required("a").required("b").elements().map { try $0.double } == [1, 2.5])
        #expect(try root.member("c") == nil && root.string("f") == nil)
        #expect(try root.string("d") == "text" && root.bool("e") == true)
        #expect(try root.members().map(\.name) == ["a", "c", "d", "e"])
    }

    @Test("an error names the file, the path of keys, what was expected and what was found")
    func errors() throws {
        let root = try node(#"{"a": {"b": [1, "x"], "c\n": 1}}"#)
        #expect(throws: InputError(.data, at: "x.json: a.b[1]", "expected a whole number, found \"x\"")) {
            try root.required("a").required("b").elements().map { try $0.integer }
        }
        #expect(throws: InputError(.data, at: "x.json: a.d", "expected a value, found nothing")) {
            try root.required("a").required("d")
        }
        #expect(throws: InputError(.data, at: "x.json: a.c?", "expected one of b, found this key")) {
            try root.required("a").refuseKeys(otherThan: ["b"])
        }
        #expect(throws: InputError(.data, at: "x.json", "expected an object, found a list")) { try node("[1]") }
    }

    @Test("a file that is not there, or a folder, is an error that names it")
    func files() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appendingPathComponent("x.json")
        #expect(throws: InputError(.missingFile, at: missing.path, "could not be read: No such file or directory")) {
            try JSONNode(contentsOf: missing)
        }
        #expect(throws: InputError(.data, at: folder.path, "could not be read: Is a directory")) {
            try JSONNode(contentsOf: folder)
        }
    }
}
