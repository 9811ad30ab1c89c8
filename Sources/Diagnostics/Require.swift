/// Stops the program with a message where a caller has made a mistake.
///
/// Unlike `precondition`, it says the message in optimised builds too.
package func require(
    _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    if !condition { fatalError(message(), file: file, line: line) }
}
