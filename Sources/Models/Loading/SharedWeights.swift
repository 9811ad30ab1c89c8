import Diagnostics
import Foundation
import ModelFiles
import Tensors

/// Weights in another form than their file's that the processes of one host hold once for all of them.
///
/// Each process converts its share; when all are done, each makes its model of the whole. Weights that are used as they are
/// stored need none of this: their pages are the system's, mapped by every process.
package final class SharedWeights: Sendable {
    private let plan: ConversionPlan
    private let memory: SharedMemory
    private let weights: [String: ConversionPlan.Weight]

    /// - Parameter memory: of the plan's size, the same in every process.
    package init(_ plan: ConversionPlan, in memory: SharedMemory) {
        require(memory.handle.byteCount >= plan.byteCount, "SharedWeights: \(plan.byteCount) bytes do not fit")
        self.plan = plan
        self.memory = memory
        weights = Dictionary(uniqueKeysWithValues: plan.weights.map { ($0.name, $0) })
    }

    /// Converts this process's share of the weights.
    ///
    /// - Parameters:
    ///   - index: this process's number among those of the host.
    ///   - count: how many they are.
    /// - Throws: `InputError`: with `.data` where a weight cannot be read, `.tryAgain` where there is no memory for it.
    package func convert(_ location: ModelLocation, share index: Int, of count: Int) throws {
        let share = plan.share(index, of: count)
        let reader = WeightReader(location, order: share.map(\.name))
        for weight in share {
            let places = places(of: weight)
            let range = places[0].lowerBound..<places.last!.upperBound
            do throws(SharedMemory.Failure) {
                try memory.reserve(range)
            } catch {
                throw InputError(.tryAgain, at: "\(location.url.path): \(weight.name)", error.description)
            }
            switch weight.form {
            case .dense(let dtype):
                try reader.readDense(weight.name, weight.shape, dtype, into: bytes(in: places[0]))
            case .quantized(let settings):
                let matrix = try reader.quantized(weight.name, shape: weight.shape, settings)
                for (part, place) in zip(matrix.parts, places) {
                    part.withUnsafeBytes { bytes(in: place).copyMemory(from: $0) }
                }
            }
        }
    }

    /// Keeps this process from writing to the weights: called when all processes have converted theirs.
    package func protect() { memory.protect() }

    /// A weight that was converted to a matrix of numbers; nil where it is not among these.
    func dense(_ name: String) -> Tensor? {
        guard let weight = weights[name], case .dense = weight.form else { return nil }
        return parts(of: weight)[0]
    }

    /// A weight that was quantized; nil where it is not among these.
    func quantized(_ name: String) -> QuantizedMatrix? {
        guard let weight = weights[name], case .quantized(let settings) = weight.form else { return nil }
        return QuantizedMatrix(weight.shape, settings, parts: parts(of: weight))
    }

    private func parts(of weight: ConversionPlan.Weight) -> [Tensor] {
        zip(weight.form.parts(of: weight.shape), places(of: weight)).map { part, place in
            Tensor(
                borrowing: UnsafeRawBufferPointer(bytes(in: place)), owner: memory, shape: part.shape, dtype: part.dtype
            )
        }
    }

    private func places(of weight: ConversionPlan.Weight) -> [Range<Int>] {
        var start = weight.offset
        return weight.form.parts(of: weight.shape).map { part in
            defer { start += ConversionPlan.room(for: part.byteCount) }
            return start..<start + part.byteCount
        }
    }

    private func bytes(in range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory.bytes[range])
    }
}
