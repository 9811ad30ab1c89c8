import CheckpointIO
import Diagnostics
import Files
import Foundation
import Testing

@Suite struct IdentityTests {
    private let url = URL(fileURLWithPath: "/runs/checkpoint-5.h5")

    @Test("the same identity is accepted, and so is another config")
    func accepted() throws {
        var other = Samples.identity
        other.config = "another"
        try requireSameIdentity(Samples.identity, as: Samples.identity, in: url)
        try requireSameIdentity(other, as: Samples.identity, in: url)
    }

    @Test(
        "another model, tokenizer, adapter or data is refused by name, with both digests",
        arguments: ["model", "tokenizer", "adapter", "data"])
    func refused(part: String) {
        var found = Samples.identity
        let digest = Digest.of(text: "something else")
        let expected: String
        switch part {
        case "model": (expected, found.model) = (found.model, digest)
        case "tokenizer": (expected, found.tokenizer) = (found.tokenizer, digest)
        case "adapter": (expected, found.adapter) = (found.adapter, digest)
        default: (expected, found.data) = (found.data, digest)
        }
        let error = #expect(throws: InputError.self) {
            try requireSameIdentity(found, as: Samples.identity, in: url)
        }
        #expect(error?.exitCode == .data)
        #expect(
            error?.description == "/runs/checkpoint-5.h5: the checkpoint is of another \(part): "
                + "\(part) expected \(expected), found \(digest)")
    }

    @Test("a checkpoint of schema 1 is refused by that name, not as another model")
    func schema1() {
        var found = Samples.identity
        found.model = "1"
        found.tokenizer = ""
        let error = #expect(throws: InputError.self) {
            try requireSameIdentity(found, as: Samples.identity, in: url)
        }
        #expect(error?.exitCode == .data)
        #expect(error?.message.contains("schema 1") == true)
        #expect(error?.message.contains("another") == false)
    }

    @Test("all that differ are named together")
    func severalDiffer() {
        let found = CheckpointIdentity(
            model: "1", tokenizer: Samples.identity.tokenizer, adapter: Samples.identity.adapter, data: "2",
            config: "3")
        let error = #expect(throws: InputError.self) {
            try requireSameIdentity(found, as: Samples.identity, in: url)
        }
        #expect(error?.message.hasPrefix("the checkpoint is of another model and another data: model expected") == true)
        #expect(error?.message.contains("adapter") == false)
    }
}
