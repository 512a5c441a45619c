/*
 * proximal.h
 *    Newton steps under an l1 penalty and constraints on signs.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_PROXIMAL_H
#define FAIRPG_TRAIN_PROXIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "train/train.h"

typedef struct Newton Newton;
typedef struct Proximal Proximal;

/* Whether the settings ask for either. */
extern bool proximal_wanted(const TrainSettings *settings);

/* Needs one matrix of n_params squared doubles.  Keeps 'newton', uses its
 * plan, data and settings, and overwrites its factor. */
extern NumStatus proximal_create(Newton *newton, Proximal **proximal);

/* l1 times the absolute values of all coefficients but the intercept. */
extern double proximal_value(const Proximal *proximal, const double *coef);

/*
 * newton_direction() under l1 and signs: from newton->gradient and, when
 * 'fresh', the Hessian of the last pass (else that of an earlier call), the
 * negative of the step to the least of
 *
 *     g'd + d'Hd / 2 + l1 (|w + d|_1 - |w|_1)
 *
 * such that w + d has the signs asked for, where w, which must have them, is
 * newton->coef.  Coefficients that end at zero do so exactly when the step is
 * taken whole.  '*decrement' is how far the model falls below zero.
 */
extern NumStatus
proximal_step(Proximal *proximal, bool fresh, double *decrement);

/* The same in two parts: the model, and the way to its least value from where
 * the last call ended, as newton->gradient may change in between. */
extern void proximal_begin(Proximal *proximal, bool fresh);
extern NumStatus proximal_continue(Proximal *proximal, double *decrement);

/* The last step's length in the norm of the Hessian. */
extern double proximal_length(const Proximal *proximal);

/* On the face of the last step, the coefficients that were free: H_FF^-1 times
 * the free part of 'row' [n_params] into 'solved', and the product of such a
 * solution and the free part of a row. */
extern void proximal_face_solve(const Proximal *proximal, const double *row,
                                double *solved);
extern double proximal_face_dot(const Proximal *proximal, const double *row,
                                const double *solved);

/* The sign asked for of a coefficient in the kernel's layout: +1, -1, 0. */
extern int proximal_sign(const Proximal *proximal, uint32_t param);

#endif
