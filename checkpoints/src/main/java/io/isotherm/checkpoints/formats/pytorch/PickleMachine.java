package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.HeaderInput;
import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Foreign;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Global;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Items;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Plain;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Table;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Text;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Whole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a pickle over values that have no behaviour. The opcodes are those of Python's {@code
 * pickletools}, protocols 0 to 5; what they call is told from its name by {@link TorchCalls}.
 */
final class PickleMachine {

  /** Most values of a pickle; those of large networks with their optimiser have some 100,000. */
  private static final int MAX_VALUES = 4_000_000;

  private final HeaderInput in;
  private final List<PickleValue> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, PickleValue> memo = new HashMap<>();
  private int values;

  private PickleMachine(HeaderInput in) {
    this.in = in;
  }

  /**
   * The value of the pickle that begins here.
   *
   * @throws MalformedFileException with one line, if it is none
   */
  static PickleValue run(HeaderInput in) throws IOException {
    PickleMachine machine = new PickleMachine(in);
    int opcode = in.unsignedByte();
    while (opcode != '.') {
      machine.step(opcode);
      opcode = in.unsignedByte();
    }
    return machine.pop();
  }

  private void step(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> in.skip(1); // PROTO
      case 0x95 -> in.skip(Long.BYTES); // FRAME
      case '(' -> marks.add(stack.size());
      case '0' -> drop();
      case '1' -> popMarked(); // POP_MARK
      case '2' -> push(peek()); // DUP
      case 'p' -> memo.put(number(in.line()), peek());
      case 'q' -> memo.put((long) in.unsignedByte(), peek());
      case 'r' -> memo.put(in.unsignedInt(), peek());
      case 0x94 -> memo.put((long) memo.size(), peek()); // MEMOIZE
      case 'g' -> push(remembered(number(in.line())));
      case 'h' -> push(remembered(in.unsignedByte()));
      case 'j' -> push(remembered(in.unsignedInt()));
      case 'c', 'i' -> global(opcode == 'i');
      case 0x93 -> stackGlobal();
      case 'Q' -> push(TorchCalls.persistent(pop()));
      case 'R', 0x81 -> { // REDUCE, NEWOBJ
        PickleValue arguments = pop();
        push(TorchCalls.call(pop(), arguments));
      }
      case 0x92 -> { // NEWOBJ_EX
        PickleValue named = pop();
        PickleValue arguments = pop();
        push(TorchCalls.call(pop(), new Items(List.of(arguments, named))));
      }
      case 'o' -> { // OBJ
        List<PickleValue> parts = popMarked();
        if (parts.isEmpty()) {
          throw broken("an object without a class");
        }
        push(TorchCalls.call(parts.get(0), new Items(parts.subList(1, parts.size()))));
      }
      case 'b' -> build();
      case 'a' -> {
        PickleValue value = pop();
        append(peek(), List.of(value));
      }
      case 'e', 0x90 -> { // APPENDS, ADDITEMS
        List<PickleValue> added = popMarked();
        append(peek(), added);
      }
      case 's' -> {
        PickleValue value = pop();
        PickleValue key = pop();
        put(peek(), List.of(key, value));
      }
      case 'u' -> {
        List<PickleValue> pairs = popMarked();
        put(peek(), pairs);
      }
      default -> push(literal(opcode));
    }
  }

  private PickleValue literal(int opcode) throws IOException {
    return switch (opcode) {
      case 'N' -> Plain.NONE;
      case 0x88 -> Plain.TRUE;
      case 0x89 -> Plain.FALSE;
      case 'I', 'L' -> integer(in.line());
      case 'J' -> new Whole(in.signedInt());
      case 'K' -> new Whole(in.unsignedByte());
      case 'M' -> new Whole(in.unsignedShort());
      case 0x8a -> integer(in.bytes(in.unsignedByte()));
      case 0x8b -> integer(in.bytes(in.unsignedInt()));
      case 'F' -> {
        in.line();
        yield Plain.OTHER;
      }
      case 'G' -> skipped(Double.BYTES);
      case 'V' -> new Text(in.line());
      case 'S' -> new Text(in.line().replaceAll("^['\"]|['\"]\\s*$", ""));
      case 'U', 0x8c -> new Text(in.text(in.unsignedByte()));
      case 'T', 'X' -> new Text(in.text(in.unsignedInt()));
      case 0x8d -> new Text(in.text(in.count()));
      case 'C' -> skipped(in.unsignedByte());
      case 'B' -> skipped(in.unsignedInt());
      case 0x8e, 0x96 -> skipped(in.count()); // BINBYTES8, BYTEARRAY8
      case ']', ')', 0x8f -> new Items(List.of()); // EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET
      case 'l', 't', 0x91 -> new Items(popMarked()); // LIST, TUPLE, FROZENSET
      case 0x85 -> new Items(popLast(1));
      case 0x86 -> new Items(popLast(2));
      case 0x87 -> new Items(popLast(3));
      case '}' -> new Table();
      case 'd' -> {
        Table table = new Table();
        put(table, popMarked());
        yield table;
      }
      case 'P' -> new Foreign("persistent " + in.line());
      default -> throw broken("opcode 0x%02x is not known".formatted(opcode));
    };
  }

  private void push(PickleValue value) throws MalformedFileException {
    if (++values > MAX_VALUES) {
      throw broken("it makes more than %d values".formatted(MAX_VALUES));
    }
    stack.add(value);
  }

  private PickleValue peek() throws MalformedFileException {
    if (stack.size() <= lastMark()) {
      throw broken("it takes a value that is not there");
    }
    return stack.get(stack.size() - 1);
  }

  private PickleValue pop() throws MalformedFileException {
    PickleValue top = peek();
    stack.remove(stack.size() - 1);
    return top;
  }

  /** Python's POP drops a mark as well. */
  private void drop() throws MalformedFileException {
    if (!marks.isEmpty() && lastMark() == stack.size()) {
      marks.remove(marks.size() - 1);
    } else {
      pop();
    }
  }

  private int lastMark() {
    return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
  }

  private List<PickleValue> popMarked() throws MalformedFileException {
    if (marks.isEmpty()) {
      throw broken("it takes values to a mark that is not there");
    }
    return popLast(stack.size() - marks.remove(marks.size() - 1));
  }

  private List<PickleValue> popLast(int count) throws MalformedFileException {
    if (stack.size() - lastMark() < count) {
      throw broken("it takes a value that is not there");
    }
    List<PickleValue> last = stack.subList(stack.size() - count, stack.size());
    List<PickleValue> taken = new ArrayList<>(last);
    last.clear();
    return taken;
  }

  private PickleValue remembered(long index) throws MalformedFileException {
    PickleValue value = memo.get(index);
    if (value == null) {
      throw broken("it recalls value %d, which it has not kept".formatted(index));
    }
    return value;
  }

  private void global(boolean isInstance) throws IOException {
    Global global = new Global(in.line(), in.line());
    push(isInstance ? TorchCalls.call(global, new Items(popMarked())) : global);
  }

  private void stackGlobal() throws MalformedFileException {
    if (!(pop() instanceof Text name) || !(pop() instanceof Text module)) {
      throw broken("a global without a name");
    }
    push(new Global(module.value(), name.value()));
  }

  /** What an object or an ordered dictionary keeps besides its items. */
  private void build() throws MalformedFileException {
    PickleValue state = pop();
    if (peek() instanceof Foreign object) {
      object.parts().add(state);
    }
  }

  private static void append(PickleValue target, List<PickleValue> added) {
    if (target instanceof Items items) {
      items.values().addAll(added);
    } else if (target instanceof Foreign object) {
      object.parts().addAll(added);
    }
  }

  private static void put(PickleValue target, List<PickleValue> pairs)
      throws MalformedFileException {
    if (pairs.size() % 2 != 0) {
      throw broken("a dictionary has a key without a value");
    }
    if (target instanceof Foreign object) {
      object.parts().addAll(pairs);
    }
    if (target instanceof Table table) {
      for (int i = 0; i < pairs.size(); i += 2) {
        table.put(pairs.get(i), pairs.get(i + 1));
      }
    }
  }

  private static PickleValue integer(String line) {
    try {
      return switch (line) {
        case "00" -> Plain.FALSE;
        case "01" -> Plain.TRUE;
        default -> new Whole(Long.parseLong(line.replaceFirst("L$", "")));
      };
    } catch (NumberFormatException e) {
      return Plain.OTHER;
    }
  }

  /** Two's complement, little endian. */
  private static PickleValue integer(byte[] bytes) {
    if (bytes.length > Long.BYTES) {
      return Plain.OTHER;
    }
    long value = bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0;
    for (int i = bytes.length - 1; i >= 0; i--) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(bytes[i]);
    }
    return new Whole(value);
  }

  private static long number(String line) throws MalformedFileException {
    try {
      return Long.parseLong(line);
    } catch (NumberFormatException e) {
      throw broken("a number of a kept value is none");
    }
  }

  private PickleValue skipped(long bytes) throws IOException {
    in.skip(bytes);
    return Plain.OTHER;
  }

  private static MalformedFileException broken(String what) {
    return new MalformedFileException("the pickle is broken: " + what);
  }
}
