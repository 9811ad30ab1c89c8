import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import CheckpointIO

@Suite struct SchemaTests {
    private static let schema1 = Fixtures.golden("checkpoint-schema-1.h5", target: "CheckpointIOTests")
    private static let schema2 = Fixtures.golden("checkpoint-schema-2.h5", target: "CheckpointIOTests")

    /// `SIGNET_WRITE_GOLDENS=1 swift test --filter SchemaTests` writes the file of the current schema, once for each
    /// schema version: the files of older versions stay as the code of their time wrote them.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SIGNET_WRITE_GOLDENS"] != nil))
    func writeGolden() throws {
        try withFolder { folder in
            let golden = Fixtures.golden(
                "checkpoint-schema-\(CheckpointSchema.version).h5", target: "CheckpointIOTests")
            let url = try CheckpointStore(folder: folder, limit: nil).save(Samples.full(step: 12))
            try Data(contentsOf: url).write(to: golden)
            #expect(try CheckpointStore(folder: folder, limit: nil).load(golden) == Samples.full(step: 12))
        }
    }

    @Test("a file that was written with schema 2 reads as what it was")
    func schema2() throws {
        let store = CheckpointStore(folder: Self.schema2.deletingLastPathComponent(), limit: nil)
        #expect(try store.load(Self.schema2) == Samples.full(step: 12))
    }

    @Test("a file that was written with schema 1 still reads as what it was, without a tokenizer's digest")
    func schema1() throws {
        let store = CheckpointStore(folder: Self.schema1.deletingLastPathComponent(), limit: nil)
        var expected = Samples.full(step: 12)
        expected.identity.tokenizer = ""
        #expect(try store.load(Self.schema1) == expected)
        #expect(try CheckpointStore.summary(of: Self.schema1).contents?.schemaVersion == 1)
    }

    @Test("a field that came later has its default in older files and is required in newer ones")
    func laterField() throws {
        let later = Field<Int64>("added_later", since: 2, default: -1)
        try HDF5.exclusively { () throws in
            let file = try HDF5Node.openFile(at: Self.schema1)
            #expect(try later.read(of: file, schema: 1) == -1)
            let error = #expect(throws: InputError.self) { try later.read(of: file, schema: 2) }
            #expect(error?.message == "attribute added_later: expected a value, found none")
        }
    }

    @Test("a field of another type than the schema's is refused")
    func wrongType() throws {
        try HDF5.exclusively { () throws in
            let file = try HDF5Node.openFile(at: Self.schema1)
            #expect(try CheckpointSchema.step.read(of: file, schema: 1) == 12)
            let error = #expect(throws: InputError.self) { try Field<String>("step").read(of: file, schema: 1) }
            #expect(error?.message == "attribute step: expected text, found int64")
        }
    }

    @Test("a whole checkpoint of a newer schema is refused, also where an older checkpoint could be taken")
    func newerSchema() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            try store.save(Samples.full(step: 1))
            let url = try store.save(Samples.full(step: 2))
            let newer = resealed(try Data(contentsOf: url).bytes, schema: 3)
            try Data(newer).write(to: url)
            for attempt in [{ try store.load(url) }, { try store.latest().checkpoint?.state }] as [() throws -> Any?] {
                let error = #expect(throws: InputError.self) { try attempt() }
                #expect(error?.exitCode == .data)
                #expect(
                    error?.description
                        == "\(url.path): expected a checkpoint of schema 2 or older, found the newer schema 3")
            }
            try Data(newer.dropLast()).write(to: url)
            #expect(try store.latest().checkpoint?.state.step == 1, "a damaged one is passed over whatever its schema")
        }
    }

    @Test("a seal and contents of different schemas are refused")
    func contradictingSchema() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let url = try store.save(Samples.full(step: 1))
            try Data(resealed(Data(contentsOf: url).bytes, schema: 0)).write(to: url)
            #expect(throws: InputError.self) { try store.load(url) }
        }
    }

    @Test(
        "chunks hold at most 1 MiB, whole rows where rows fit, in even pieces",
        arguments: [
            ([], nil), ([0], nil), ([3, 0], nil), ([5], [5]), ([16, 4096], [16, 4096]), ([1000, 1000], [250, 1000]),
            ([2, 300_000], [1, 150_000]), ([262_145], [131_073]), ([4, 512, 512], [1, 512, 512]),
        ] as [([Int], [Int]?)])
    func chunks(shape: [Int], expected: [Int]?) {
        #expect(CheckpointSchema.chunk(of: shape) == expected)
    }

    @Test("shapes whose product overflows have no element count")
    func overflow() {
        #expect(CheckpointSchema.elementCount([1 << 32, 1 << 31]) == nil)
        #expect(CheckpointSchema.elementCount([-1, -1]) == nil)
        #expect(CheckpointSchema.elementCount([1 << 20, 1 << 20]) == 1 << 40)
        #expect(CheckpointSchema.elementCount([]) == 1)
    }

    @Test(
        "names are paths without empty parts, dots and zero bytes",
        arguments: [
            ("a", true), ("a/b.c", true), ("..", true), ("é", true), ("", false), ("/a", false), ("a/", false),
            ("a//b", false), (".", false), ("a/./b", false), ("a\u{0}", false),
        ])
    func names(name: String, isName: Bool) {
        #expect(CheckpointSchema.isName(name) == isName)
    }
}
