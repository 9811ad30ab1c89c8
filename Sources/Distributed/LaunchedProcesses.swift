import Foundation

/// How this process was started: alone, or as one of several.
public enum LaunchedProcesses {
    /// What launchers say the number of processes is: Open MPI's, MPICH's and, within a step, Slurm's.
    private static let names = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"]

    /// How many processes the launcher has started; 1 where there was none.
    public static func count(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Int {
        names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first ?? 1
    }

    /// The communicator of this process, called once; MPI is started only where there is more than one process.
    public static func communicator() -> any Communicator {
        count() > 1 ? MPICommunicator() : SingleProcess()
    }
}
