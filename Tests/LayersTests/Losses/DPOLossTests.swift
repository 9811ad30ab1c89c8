import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Losses of pairs")
struct DPOLossTests {
    static let cases: [DPOLoss] = [
        DPOLoss(.sigmoid, beta: 0.1), DPOLoss(.sigmoid, beta: 0.3, labelSmoothing: 0.2),
        DPOLoss(.sigmoid, beta: 0.3, labelSmoothing: 0.5), DPOLoss(.hinge, beta: 0.25), DPOLoss(.ipo, beta: 0.4),
        DPOLoss(.robust, beta: 0.2), DPOLoss(.robust, beta: 0.2, labelSmoothing: 0.3),
        DPOLoss(.sigmoidNorm, beta: 2), DPOLoss(.sigmoidNorm, beta: 2, labelSmoothing: 0.1),
    ]

    /// Log-ratios of six pairs and the numbers of tokens; hinge's corner is not among them.
    private static let chosen: [Double] = [0, 3, -2.5, 0.125, 40, -7]
    private static let rejected: [Double] = [0, -1.5, 4, 0.5, -30, -7.5]
    private static let counts: (chosen: [Double], rejected: [Double]) = ([1, 7, 30, 4, 12, 9], [2, 11, 6, 4, 100, 1])

    private static func tensor(_ values: [Double]) -> Tensor { Tensor(values.map { Float($0) }) }

    private static func values(_ loss: DPOLoss, _ chosen: Tensor, _ rejected: Tensor) -> Tensor {
        loss(
            chosenLogRatios: chosen, rejectedLogRatios: rejected, chosenTokenCounts: tensor(counts.chosen),
            rejectedTokenCounts: tensor(counts.rejected))
    }

    /// The loss of pair `i` as its definition has it, in double precision.
    private static func expected(_ loss: DPOLoss, _ i: Int, _ c: Double, _ r: Double) -> Double {
        func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
        let (beta, epsilon) = (loss.beta, loss.labelSmoothing)
        let average = c / counts.chosen[i] - r / counts.rejected[i]
        switch loss.kind {
        case .sigmoid: return (1 - epsilon) * softplus(-beta * (c - r)) + epsilon * softplus(beta * (c - r))
        case .sigmoidNorm: return (1 - epsilon) * softplus(-beta * average) + epsilon * softplus(beta * average)
        case .hinge: return max(0, 1 - beta * (c - r))
        case .ipo: return (average - 1 / (2 * beta)) * (average - 1 / (2 * beta))
        case .robust:
            return ((1 - epsilon) * softplus(-beta * (c - r)) - epsilon * softplus(beta * (c - r))) / (1 - 2 * epsilon)
        }
    }

    @Test("are what their definitions say, and so are their derivatives", arguments: cases)
    func definitions(loss: DPOLoss) {
        let chosen = Self.tensor(Self.chosen).trackingGradient
        let rejected = Self.tensor(Self.rejected).trackingGradient
        let values = Self.values(loss, chosen, rejected)
        let gradients = values.gradients(of: [chosen, rejected], upstream: .ones([6])).map(\.floats)
        for (i, value) in values.floats.enumerated() {
            let (c, r, step) = (Self.chosen[i], Self.rejected[i], 1e-5)
            func f(_ c: Double, _ r: Double) -> Double { Self.expected(loss, i, c, r) }
            #expect(abs(Double(value) - f(c, r)) <= 1e-6 * max(1, abs(f(c, r))))
            let slopes = [
                (f(c + step, r) - f(c - step, r)) / (2 * step), (f(c, r + step) - f(c, r - step)) / (2 * step),
            ]
            for (found, slope) in zip(gradients, slopes) {
                #expect(abs(Double(found[i]) - slope) <= 1e-5 * max(1, abs(slope)))
            }
        }
    }

    @Test(
        "where policy and reference agree the sigmoid losses are ln 2, the hinge 1 and ipo 1/(2β)²",
        arguments: DPOLoss.Kind.allCases)
    func beginning(kind: DPOLoss.Kind) {
        let zero = Tensor.zeros([3])
        let values = DPOLoss(kind, beta: 0.25)(
            chosenLogRatios: zero, rejectedLogRatios: zero, chosenTokenCounts: .ones([3]),
            rejectedTokenCounts: .full([3], 2)
        ).floats
        let expected: Float =
            switch kind {
            case .sigmoid, .sigmoidNorm, .robust: Float(M_LN2)
            case .hinge: 1
            case .ipo: 4
            }
        #expect(values == [expected, expected, expected])
    }

    @Test("stay finite however far policy and reference are apart", arguments: cases)
    func extremes(loss: DPOLoss) {
        for distance in [Float(-1e6), 1e6] {
            let chosen = Tensor.full([6], distance).trackingGradient
            let values = Self.values(loss, chosen, Tensor.zeros([6]))
            #expect(values.floats.allSatisfy { $0.isFinite })
            let gradient = values.gradients(of: [chosen], upstream: .ones([6]))[0]
            #expect(gradient.floats.allSatisfy { $0.isFinite })
        }
    }

    @Test("label smoothing where a loss has none, or too much of it, stops")
    func misuse() async {
        await #expect(processExitsWith: .failure) { _ = DPOLoss(.hinge, beta: 1, labelSmoothing: 0.1) }
        await #expect(processExitsWith: .failure) { _ = DPOLoss(.ipo, beta: 1, labelSmoothing: 0.1) }
        await #expect(processExitsWith: .failure) { _ = DPOLoss(.robust, beta: 1, labelSmoothing: 0.5) }
        await #expect(processExitsWith: .failure) { _ = DPOLoss(.sigmoid, beta: 0) }
    }
}
