import CheckpointIO
import Foundation
import Testing

@Suite struct RoundTripTests {
    @Test("a state comes back bit for bit")
    func roundTrip() throws {
        let chunked = TrainingState(
            step: .max,
            tensors: [
                Samples.ramp("rows", [700, 1000], 0.001), Samples.ramp("wide", [2, 300_000], 1),
                Samples.ramp("deep", [3, 1, 2, 1, 2], 1),
            ],
            identity: Samples.identity)
        let large = Samples.large(step: 3, byteCount: 5_000_004)
        for state in [Samples.empty(step: 0), Samples.full(step: 12), large, chunked] {
            try withFolder { folder in
                let store = CheckpointStore(folder: folder, limit: nil)
                let url = try store.save(state)
                #expect(url.lastPathComponent == "checkpoint-\(state.step).h5")
                let loaded = try store.load(url)
                #expect(loaded == state, "step \(state.step)")
            }
        }
    }

    @Test("NaN payloads, the sign of zero, subnormals and infinities keep every bit")
    func bits() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let state = Samples.full(step: 1)
            let loaded = try store.load(store.save(state))
            let special = try #require(loaded.tensors.first { $0.name == "special" })
            #expect(
                special.values.map(\.bitPattern)
                    == [0x7FC1_2345, 0xFFA0_0001, 0x8000_0000, 0x0000_0001, 0xFF80_0000, 0x7F7F_FFFF])
            #expect(loaded.metrics["strange"]?.bitPattern == 0x7FF0_0000_0000_0001)
            #expect(loaded.metrics["rewards/margins"]?.sign == .minus)
        }
    }

    @Test("texts keep their UTF-8, empty ones and zero bytes included")
    func texts() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let state = Samples.full(step: 1)
            let loaded = try store.load(store.save(state))
            #expect(loaded.texts.mapValues { Array($0.utf8) } == state.texts.mapValues { Array($0.utf8) })
        }
    }

    @Test("tensors come back in the order they were given, not in that of their names")
    func order() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let names = ["z", "a/2", "m", "a/1", "b.10", "b.9"]
            let state = TrainingState(
                step: 1, tensors: names.map { Samples.ramp($0, [2], 1) }, identity: Samples.identity)
            let loaded = try store.load(store.save(state))
            #expect(loaded.tensors.map(\.name) == names)
        }
    }

    @Test("equal states make files of equal bytes, also where a chunk is not full")
    func deterministic() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            for state in [Samples.full(step: 1), Samples.large(step: 2, byteCount: 1_500_000)] {
                let first = try Data(contentsOf: store.save(state))
                let second = try Data(contentsOf: store.save(state))
                #expect(first == second)
            }
        }
    }

    @Test("states are compared by bits: NaN equals itself and zero does not equal minus zero")
    func equality() {
        func state(_ value: Float, _ metric: Double) -> TrainingState {
            TrainingState(
                step: 1, tensors: [NamedArray(name: "x", shape: [1], values: [value])], metrics: ["m": metric],
                identity: Samples.identity)
        }
        #expect(state(.nan, .nan) == state(.nan, .nan))
        #expect(state(0, 1) != state(-0.0, 1))
        #expect(state(1, 0) != state(1, -0.0))
    }

    @Test("a thousand counters and metrics fit")
    func manyNumbers() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            var state = Samples.empty(step: 1)
            for index in 0..<1000 {
                state.counters["counter \(index)"] = Int64(index)
                state.metrics["metric \(index)"] = Double(index) / 3
            }
            let loaded = try store.load(store.save(state))
            #expect(loaded == state)
        }
    }

    @Test(
        "names that cannot stand beside each other are a programmer's mistake",
        arguments: [
            (["x", "x"], "a name is there twice"), (["x", "x/y"], "'x' and 'x/y' are both names"),
            (["x/y/z", "x/y"], "'x/y' and 'x/y/z' are both names"),
        ])
    func conflictingNames(names: [String], message: String) async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [names] in
            let state = TrainingState(
                step: 1, tensors: names.map { Samples.ramp($0, [1], 1) }, identity: Samples.identity)
            try CheckpointStore(folder: URL(fileURLWithPath: "/no/such/folder"), limit: nil).save(state)
        }
        let output = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(output.contains(message))
    }

    @Test("a shape that does not hold the values is a programmer's mistake")
    func wrongShape() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = NamedArray(name: "x", shape: [2, 2], values: [1, 2, 3])
        }
        let output = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(output.contains("NamedArray x: shape [2, 2] does not hold 3 values"))
    }
}
