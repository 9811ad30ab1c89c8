import CKernels
import Tensors
import Testing

/// All suites that compute with tensors: some switch the instruction set or the number of threads for the whole process.
@Suite(.serialized) struct TensorTests {}

extension TensorTests {
    @Suite struct OpTests {
        @Test("The value is that of double precision, on every instruction set", arguments: OpCases.all)
        func value(_ operation: OpCase) {
            let reference = operation.reference(operation.inputs.map(\.grid))
            let largest = reference.reduce(0) { max($0, abs($1)) }
            withEveryInstructionSet { isa in
                let value = operation.apply(operation.inputs).doubles
                #expect(value.count == reference.count)
                for (i, (found, expected)) in zip(value, reference).enumerated() {
                    let allowed = operation.tolerance(abs(expected), largest: largest)
                    guard abs(found - expected) <= allowed else {
                        Issue.record("\(isa): element \(i) is \(found), expected \(expected) within \(allowed)")
                        return
                    }
                }
            }
        }

        @Test(
            "The gradient is the derivative of the reference, on every instruction set",
            arguments: OpCases.all.filter { !$0.differentiable.isEmpty })
        func gradient(_ operation: OpCase) {
            let grids = operation.inputs.map(\.grid)
            let upstream = operation.run(operation.inputs).upstream.doubles
            let slopes = operation.differentiable.enumerated().flatMap { place, input in
                Probe.probes(of: grids[input], input: input, place: place)
            }.map { probe in (probe, probe.slope(operation, grids, upstream)) }
            withEveryInstructionSet { isa in
                let gradients = operation.run(operation.inputs).gradients
                // A gradient that vanishes is the difference of terms that do not.
                let floor = gradients.flatMap(\.doubles).reduce(0) { max($0, abs($1)) } / 100
                for (gradient, input) in zip(gradients, operation.differentiable) {
                    #expect(gradient.shape == operation.inputs[input].shape)
                    #expect(gradient.dtype == operation.inputs[input].dtype)
                }
                for (probe, expected) in slopes {
                    let gradient = gradients[probe.place].doubles
                    let found = probe.direction.reduce(0) { $0 + gradient[$1.index] * $1.weight }
                    let largest = gradient.reduce(floor) { max($0, abs($1)) }
                    let spread = Double(probe.direction.count).squareRoot()
                    let allowed =
                        spread * (operation.tolerance(0, largest: largest, factor: 2) + 1e-7 * largest)
                    guard abs(found - expected) <= allowed else {
                        Issue.record(
                            """
                            \(isa): the slope of input \(probe.input) along \(probe.direction.prefix(3)) is \(found), \
                            expected \(expected) within \(allowed)
                            """)
                        return
                    }
                }
            }
        }

        @Test("Value and gradients have the same bits on 1, 2 and 5 threads", arguments: OpCases.all)
        func threads(_ operation: OpCase) {
            let before = Machine.threadCount
            defer { Machine.threadCount = before }
            let inputs = operation.threadInputs.isEmpty ? operation.inputs : operation.threadInputs
            let results = [1, 2, 5].map { count in
                Machine.threadCount = count
                let (value, _, gradients) = operation.run(inputs)
                return ([value] + gradients).map(\.bytes)
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }
    }
}

/// A direction in an input along which a gradient is held against central differences.
private struct Probe {
    let input: Int
    /// The input's place among those that have gradients.
    let place: Int
    let direction: [(index: Int, weight: Double)]

    /// Every element of a small input; some elements and mixed directions of a larger one.
    static func probes(of grid: Grid, input: Int, place: Int) -> [Probe] {
        let every = grid.count <= 36
        let chosen = every ? Array(0..<grid.count) : grid.count > 1000 ? [] : (0..<12).map { ($0 * 7919) % grid.count }
        let mixed = (0..<(every ? 1 : 3)).map { seed in
            let weights = Tensor.random([grid.count], UInt64(500 + seed)).doubles
            return Probe(input: input, place: place, direction: weights.enumerated().map { ($0, $1) })
        }
        return chosen.map { Probe(input: input, place: place, direction: [($0, 1)]) } + mixed
    }

    /// The slope of Σ upstream · reference by central differences in double precision.
    func slope(_ operation: OpCase, _ grids: [Grid], _ upstream: [Double]) -> Double {
        let step = 1e-5
        func loss(_ sign: Double) -> Double {
            var moved = grids
            for (index, weight) in direction { moved[input].values[index] += sign * step * weight }
            return Grid.dot(upstream, operation.reference(moved))
        }
        return (loss(1) - loss(-1)) / (2 * step)
    }
}
