import CheckpointIO
import Diagnostics
import Foundation
import Testing

@Suite struct SummaryTests {
    @Test("a whole checkpoint's summary tells all but the tensors' values")
    func whole() throws {
        try withFolder { folder in
            let state = Samples.full(step: 12)
            let url = try CheckpointStore(folder: folder, limit: nil).save(state)
            let summary = try CheckpointStore.summary(of: url)
            #expect(summary.damage == nil)
            #expect(try summary.byteCount == Data(contentsOf: url).count)
            let contents = try #require(summary.contents)
            #expect(contents.schemaVersion == 2)
            #expect(contents.step == 12)
            #expect(contents.identity == state.identity)
            #expect(contents.tensors.map(\.name) == state.tensors.map(\.name))
            #expect(contents.tensors.map(\.shape) == state.tensors.map(\.shape))
            #expect(contents.tensors.allSatisfy { "\($0.dtype)" == "float32" })
            #expect(contents.counters == state.counters)
            #expect(contents.metrics.keys.sorted() == state.metrics.keys.sorted())
            #expect(contents.texts == state.texts)
        }
    }

    @Test("the digest of the contents changes with every part of them")
    func digest() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let state = Samples.full(step: 1)
            var variants = [state]
            func vary(_ change: (inout TrainingState) -> Void) {
                var variant = state
                change(&variant)
                variants.append(variant)
            }
            vary { $0.step = 2 }
            vary { $0.tensors.swapAt(0, 1) }
            vary { $0.tensors[3] = Samples.ramp("special", [6], 1) }
            vary { $0.tensors[5] = Samples.ramp("nothing", [4, 0], 1) }
            vary { $0.counters["data/epoch"] = 3 }
            vary { $0.counters["new"] = 0 }
            vary { $0.metrics["loss"] = 0.1.nextUp }
            vary { $0.texts["empty"] = " " }
            vary { $0.identity.data = $0.identity.model }
            let digests = try variants.map { try CheckpointStore.summary(of: store.save($0)).contents?.digest }
            #expect(Set(digests).count == variants.count)
        }
    }

    @Test("a damaged checkpoint's summary says what is wrong with it")
    func damaged() throws {
        try withFolder { folder in
            let url = try CheckpointStore(folder: folder, limit: nil).save(Samples.full(step: 12))
            let byteCount = try Data(contentsOf: url).count
            #expect(truncate(url.path, 2000) == 0)
            let summary = try CheckpointStore.summary(of: url)
            #expect(summary.contents == nil)
            #expect(summary.byteCount == 2000)
            #expect(summary.damage == "truncated: expected \(byteCount) bytes, found 2000")
        }
    }

    @Test("a file of another kind has no summary")
    func otherKind() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("notes.h5")
            try Data("notes".utf8).write(to: url)
            let error = #expect(throws: InputError.self) { try CheckpointStore.summary(of: url) }
            #expect(error?.description == "\(url.path): expected a Signet checkpoint, found another kind of file")
        }
    }
}
