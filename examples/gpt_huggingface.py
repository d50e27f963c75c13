"""A small GPT, balanced in the Trainer of transformers by one callback.

$ python examples/gpt_huggingface.py
"""

import argparse

import small_gpt
from transformers import Trainer, TrainingArguments

import isotherm


def main() -> None:
    """Trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--name", default="gpt-huggingface")
    options = parser.parse_args()

    trainer = Trainer(
        model=small_gpt.model(),
        train_dataset=small_gpt.Documentation(),
        args=TrainingArguments(
            output_dir="checkpoints",
            save_strategy="no",
            max_steps=options.steps,
            per_device_train_batch_size=4,
            gradient_accumulation_steps=2,
            learning_rate=1e-3,
            lr_scheduler_type="cosine",
            warmup_steps=options.steps // 20,
            logging_steps=10,
            report_to=[],
        ),
        callbacks=[
            isotherm.huggingface.Balance(
                options.name, every=50, title="Small GPT in the Trainer of transformers"
            )
        ],
    )
    trainer.train()


if __name__ == "__main__":
    main()
