package io.isotherm.solvercontract;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.spectra.SolverTeam;

/** A solver with two others that have nothing to do. */
class SolverTeamMemberTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    SolverTeam team = new SolverTeam();
    team.join(new ReferenceEigenvalueSolver());
    team.join(new ReferenceEigenvalueSolver());
    return team.join(new ReferenceEigenvalueSolver());
  }
}
