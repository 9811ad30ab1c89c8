import Diagnostics
import Foundation

/// The learning rate of every optimizer step: warm-up from 0 to the peak, then one of a few shapes.
///
/// With w warm-up steps, T steps in all and s counted from 0:
/// rate(s) = peak · s/w for s < w; after that, with q = (s − w) ÷ max(1, T − w):
/// peak (constant), peak · (1 − q) (linear) or peak · (1 + cos πq)/2 (cosine).
/// The first step of a warm-up has rate 0, as in transformers. T is the run's number of optimizer steps on every rank
/// alike: neither accumulation nor the number of ranks enters.
public struct LearningRateSchedule: Sendable, Equatable {
    /// What the rate does after warm-up.
    public enum Shape: String, Sendable, CaseIterable {
        /// Falls in a line to 0.
        case linear
        /// Falls in half a cosine to 0.
        case cosine
        /// Stays at the peak.
        case constant
    }

    /// What the rate does after warm-up.
    public let shape: Shape
    /// The highest rate.
    public let peak: Double
    /// The steps of warm-up, w.
    public let warmupSteps: Int
    /// The steps of the whole run, T.
    public let totalSteps: Int

    /// - Parameters:
    ///   - shape: what the rate does after warm-up.
    ///   - peak: the highest rate.
    ///   - warmupSteps: the steps of warm-up; may be more than there are in all.
    ///   - totalSteps: the steps of the whole run.
    public init(shape: Shape, peak: Double, warmupSteps: Int, totalSteps: Int) {
        require(warmupSteps >= 0 && totalSteps >= 0, "LearningRateSchedule: negative number of steps")
        self.shape = shape
        self.peak = peak
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
    }

    /// The schedule that a configuration asks for.
    ///
    /// `warmup_steps` above 0 overrides `warmup_ratio`; a ratio gives ⌈T · ratio⌉ steps, as in transformers.
    ///
    /// - Parameters:
    ///   - training: the section `training`.
    ///   - totalSteps: the steps of the whole run.
    public init(_ training: TrainConfiguration.Training, totalSteps: Int) {
        let fromRatio = Int((Double(totalSteps) * training.warmupRatio).rounded(.up))
        self.init(
            shape: training.lrSchedulerType, peak: training.learningRate,
            warmupSteps: training.warmupSteps > 0 ? training.warmupSteps : fromRatio, totalSteps: totalSteps)
    }

    /// The learning rate of a step.
    ///
    /// - Parameter step: the step, from 0. Beyond the last step the decaying shapes stay at 0.
    public func learningRate(at step: Int) -> Double {
        guard step >= warmupSteps else { return peak * (Double(step) / Double(warmupSteps)) }
        let progress = min(1, Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps)))
        switch shape {
        case .constant: return peak
        case .linear: return peak * (1 - progress)
        case .cosine: return peak * (0.5 * (1 + cos(.pi * progress)))
        }
    }
}
