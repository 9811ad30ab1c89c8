/// Stops the program with `message` where a caller breaks the contract of a function.
///
/// Unlike `precondition`, whose messages optimised builds leave out, it says what was wrong in every build.
@inline(__always)
package func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
