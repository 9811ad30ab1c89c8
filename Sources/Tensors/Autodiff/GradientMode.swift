/// Whether operations are recorded.
package enum GradientMode {
    @TaskLocal package static var isOn = true
}

/// Runs `body` without recording anything: its results need no gradient and hold no intermediate values.
public func noGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
    try GradientMode.$isOn.withValue(false, operation: body)
}
